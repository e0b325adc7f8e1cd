const HEADING = /^#{1,6}[^\S\n]+(.+?)[^\S\n]*#*(?:\n|$)/
/** So many letters of a word are enough to know it by, whatever its ending. */
const STEM = 4

export interface Paragraph {
  text: string
  /** It is `passage.slice(start, end)`. */
  start: number
  end: number
  /** What it stands under, within the passage. */
  heading: string | undefined
}

/** The paragraph of a passage that shares the most words with a question, rare words counting more. A model does not need it. */
export function bestParagraph(question: string, passage: string): Paragraph {
  const paragraphs = [...paragraphsOf(passage)].map((paragraph) => ({
    paragraph,
    words: stemsOf(paragraph.text),
    // What a paragraph is about, it often does not repeat.
    topic: stemsOf(paragraph.heading ?? ''),
  }))
  const weights = new Map(
    [...stemsOf(question)].map((stem) => [stem, 1 / paragraphs.filter(({ words }) => words.has(stem)).length]),
  )
  let best: Paragraph = { text: passage, start: 0, end: passage.length, heading: undefined }
  let most = -1
  for (const { paragraph, words, topic } of paragraphs) {
    let score = 0
    for (const [stem, weight] of weights) score += (words.has(stem) ? weight : 0) + (topic.has(stem) ? 1 : 0)
    if (score > most) [best, most] = [paragraph, score]
  }
  return best
}

const stemsOf = (text: string): Set<string> =>
  new Set((text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? []).map((word) => word.slice(0, STEM)))

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
