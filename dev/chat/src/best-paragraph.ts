const HEADING = /^#{1,6}[^\S\n]+(.+?)[^\S\n]*#*(?:\n|$)/
/** So many letters of a word are enough to know it by, whatever its ending. */
const STEM = 5

export interface Paragraph {
  text: string
  /** It is `passage.slice(start, end)`. */
  start: number
  end: number
  /** What it stands under, within the passage. */
  heading: string | undefined
}

/** The paragraph of a passage that shares the most words with a question: a model would find it by itself. */
export function bestParagraph(question: string, passage: string): Paragraph {
  const stems = [...new Set(stemsOf(question))]
  let best: Paragraph = { text: passage, start: 0, end: passage.length, heading: undefined }
  let most = -1
  for (const paragraph of paragraphsOf(passage)) {
    const words = new Set(stemsOf(`${paragraph.heading ?? ''} ${paragraph.text}`))
    const shared = stems.filter((stem) => words.has(stem)).length
    if (shared > most) [best, most] = [paragraph, shared]
  }
  return best
}

const stemsOf = (text: string): string[] =>
  (text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []).map((word) => word.slice(0, STEM))

function* paragraphsOf(passage: string): Generator<Paragraph> {
  let heading: string | undefined
  for (const match of passage.matchAll(/\S[\s\S]*?(?=\n[^\S\n]*\n|\s*$(?![\s\S]))/g)) {
    let [text] = match
    let start = match.index
    for (let found = HEADING.exec(text); found; found = HEADING.exec(text)) {
      heading = found[1]
      start += found[0].length
      text = text.slice(found[0].length)
    }
    if (text.trim() !== '') yield { text, start, end: start + text.length, heading }
  }
}
