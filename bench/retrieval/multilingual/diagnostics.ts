import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../../files.ts'
import type { MultilingualText } from './set.ts'
import { SUBJECTS } from './subjects.ts'

/** TypeScript up to version 5 has its messages as JSON; `npm run clients` installs it. */
const MESSAGES = 'test/clients/node_modules/typescript/lib'
/** Shorter keys are labels such as "Command-line options" rather than sentences. */
const FEWEST_WORDS = 9
/** One of so many messages is taken, besides those that answer a question. */
const EVERY = 2

const ASKED = new Set<number>(Object.values(SUBJECTS).flat())

export const diagnosticId = (language: string, number: number): string => `typescript-${number}-${language}`

/** Some hundreds of TypeScript's messages, the same in each language. */
export async function readDiagnostics(languages: readonly string[]): Promise<MultilingualText[]> {
  const read = await Promise.all(languages.map(readLanguage))
  return read.flat()
}

async function readLanguage(language: string): Promise<MultilingualText[]> {
  const file = join(ROOT, MESSAGES, language, 'diagnosticMessages.generated.json')
  const json = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(`${file} is missing: run npm run clients with the committed lock.`, { cause })
  })
  // A key is the English message with underscores, and the number.
  return Object.entries(JSON.parse(json) as Record<string, string>).flatMap(([key, text]) => {
    const words = key.split('_')
    const number = Number(words.pop())
    const taken = ASKED.has(number) || (words.length >= FEWEST_WORDS && number % EVERY === 0)
    return taken ? [{ id: diagnosticId(language, number), language, text }] : []
  })
}
