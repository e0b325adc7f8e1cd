import { estimateTokens } from '../../tokens/estimate.ts'

/** What a passage takes beside its text and what is above it: its key, and what is put around it. */
const PASSAGE_OVERHEAD = 8

/** A stretch of a document: `content` is the document's from `start` to `end`. */
export interface Passage {
  documentId: string
  title: string
  /** Those that all of it stands under, from the outermost. */
  headings: readonly string[]
  /** Of the table that it begins within: what its first rows mean. */
  tableHead: string | null
  start: number
  end: number
  content: string
  /** Of `content`, as the sum of its pieces. */
  textTokens: number
  /** Of the best hit in it. */
  score: number
  truncated: boolean
}

/** The white space between two chunks of a document, by {@link gapKey}. */
export type Gaps = ReadonlyMap<string, string>

export const gapKey = (documentId: string, start: number, end: number): string => `${documentId} ${start} ${end}`

export const tokensOfPassage = ({ title, headings, tableHead, textTokens }: Passage): number =>
  textTokens +
  estimateTokens([title, ...headings, ...(tableHead === null ? [] : [tableHead])].join('\n')) +
  PASSAGE_OVERHEAD

/** What becomes of passages when one more is added: those that stay, and those that it takes in or joins. */
export interface Joined {
  passage: Passage
  /** Of those before; they are parts of `passage`. */
  replaced: Passage[]
}

/** Joins a passage with those of the same document that it overlaps or touches, or that only white space is between. */
export function joinInto(passages: readonly Passage[], added: Passage, gaps: Gaps): Joined {
  let passage = added
  const replaced: Passage[] = []
  const ofDocument = passages.filter(({ documentId }) => documentId === added.documentId)
  // Each joined one can bring the next into reach.
  for (let grows = true; grows;) {
    grows = false
    for (const other of ofDocument) {
      const joined = replaced.includes(other) ? null : join(passage, other, gaps)
      if (!joined) continue
      passage = joined
      replaced.push(other)
      grows = true
    }
  }
  return { passage, replaced }
}

function join(one: Passage, other: Passage, gaps: Gaps): Passage | null {
  const [first, second] = one.start <= other.start ? [one, other] : [other, one]
  const added = textAdded(first, second, gaps)
  if (added === null) return null
  return {
    ...first,
    headings: commonPath(first.headings, second.headings),
    end: Math.max(first.end, second.end),
    content: first.content + added,
    textTokens: first.textTokens + estimateTokens(added),
    score: Math.max(first.score, second.score),
    truncated: second.end > first.end ? second.truncated : first.truncated,
  }
}

/** What the second passage adds behind the first one; null where they do not meet. */
function textAdded(first: Passage, second: Passage, gaps: Gaps): string | null {
  const shared = first.end - second.start
  if (shared < 0) {
    const gap = gaps.get(gapKey(first.documentId, first.end, second.start))
    return gap === undefined ? null : gap + second.content
  }
  const from = second.start - first.start
  const common = Math.min(shared, second.content.length)
  // Offsets are as good as what was stored: without the very same text nothing is put together.
  const isSame = first.content.slice(from, from + common) === second.content.slice(0, common)
  return isSame ? second.content.slice(common) : null
}

function commonPath(one: readonly string[], other: readonly string[]): readonly string[] {
  const differs = one.findIndex((heading, i) => heading !== other[i])
  return differs === -1 ? one : one.slice(0, differs)
}
