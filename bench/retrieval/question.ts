import type { CorpusFile } from './corpus.ts'

/**
 * How a question is put. `keyword`: an identifier, an option, an error code. `natural`: a whole question that shares words
 * with its answer. `paraphrase`: hardly a word in common. `typo`: misspelt.
 */
export const KINDS = ['keyword', 'natural', 'paraphrase', 'typo'] as const
export type Kind = (typeof KINDS)[number]

/** A passage that answers: in that file, and it holds that phrase (white space aside). */
export interface Answer {
  file: CorpusFile
  contains: string
}

export interface Question {
  kind: Kind
  question: string
  /** One of them is enough. */
  answers: readonly Answer[]
}

/** Makes the questions of one kind. */
export const ofKind =
  (kind: Kind) =>
  (question: string, ...answers: readonly (readonly [file: CorpusFile, contains: string])[]): Question => ({
    kind,
    question,
    answers: answers.map(([file, contains]) => ({ file, contains })),
  })

/** The text with every run of white space as one space: a phrase may be broken over lines. */
export const normalise = (text: string): string => text.replace(/\s+/g, ' ').trim()
