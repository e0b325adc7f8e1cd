import type { EverydayText } from './everyday/text.ts'

/** A title without a word, for texts that have none. */
export const UNTITLED = '·'

/** Texts, and questions about them whose answers are known. */
export interface RetrievalSet {
  name: string
  /** What a search has to find: chunks of long texts, or texts as a whole, whichever chunk of them is found. */
  unit: 'chunk' | 'text'
  texts: readonly SetText[]
  /** How the questions are asked; one way for most sets. */
  ways: readonly Way[]
}

export interface SetText {
  id: string
  title: string
  text: string
  format: 'markdown' | 'text'
  /** Postgres's text search configuration. */
  language: NonNullable<EverydayText['language']> | 'simple'
}

export interface Way {
  name: string
  questions: readonly SetQuestion[]
}

export interface SetQuestion {
  question: string
  /** What the user said before, newest last, where that is sent as well. */
  earlier?: readonly string[]
  /** What its figures are shown with: a language, a kind of question. */
  group: string
  answers: readonly SetAnswer[]
  /** Whether one of the answers is enough. */
  needs: 'any' | 'all'
}

/** A text, or that part of it which holds a phrase. */
export interface SetAnswer {
  text: string
  contains?: string
}

/** What a search found, in its order. */
export interface Found {
  /** The text's id. */
  text: string
  content: string
}
