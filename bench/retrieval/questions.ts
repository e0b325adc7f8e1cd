import type { CorpusDocument } from './corpus.ts'
import { normalise, type Question } from './question.ts'
import { KEYWORD_QUESTIONS } from './questions-keyword.ts'
import { NATURAL_QUESTIONS } from './questions-natural.ts'
import { PARAPHRASE_QUESTIONS } from './questions-paraphrase.ts'
import { TYPO_QUESTIONS } from './questions-typo.ts'

/** All questions. Written by reading the passages, and not chosen by what any search finds. */
export const QUESTIONS: readonly Question[] = [
  ...KEYWORD_QUESTIONS,
  ...NATURAL_QUESTIONS,
  ...PARAPHRASE_QUESTIONS,
  ...TYPO_QUESTIONS,
]

const SHORTEST = 15
const LONGEST = 80

/** Throws unless each answer's phrase stands in its file. */
export function checkQuestions(corpus: readonly CorpusDocument[]): void {
  const texts = new Map(corpus.map(({ file, content }) => [file, normalise(content)]))
  const wrong = QUESTIONS.flatMap(({ question, answers }) =>
    answers
      .filter(({ file, contains }) => !isPhrase(contains) || !texts.get(file)?.includes(contains))
      .map(({ file, contains }) => `  ${question}\n    ${file} lacks "${contains}"`),
  )
  if (wrong.length > 0) throw new Error(`Answers that are none:\n${wrong.join('\n')}`)
}

/** The questions that these documents answer. */
export function questionsAbout(corpus: readonly CorpusDocument[]): Question[] {
  const files = new Set(corpus.map(({ file }) => file))
  return QUESTIONS.filter(({ answers }) => answers.some(({ file }) => files.has(file)))
}

const isPhrase = (text: string): boolean =>
  text === normalise(text) && text.length >= SHORTEST && text.length <= LONGEST
