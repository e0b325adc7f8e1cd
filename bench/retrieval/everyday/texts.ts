import type { EverydayText } from './text.ts'
import { ENGLISH_TEXTS } from './texts-english.ts'
import { EUROPEAN_TEXTS } from './texts-european.ts'
import { OTHER_TEXTS } from './texts-other.ts'
import { TECHNICAL_TEXTS } from './texts-technical.ts'

/** All texts that the everyday queries look for. Those without a language are `simple` where they are documents. */
export const EVERYDAY_TEXTS: readonly EverydayText[] = [
  ...ENGLISH_TEXTS,
  ...TECHNICAL_TEXTS,
  ...EUROPEAN_TEXTS,
  ...OTHER_TEXTS,
]
