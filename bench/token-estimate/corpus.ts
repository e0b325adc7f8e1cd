import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chunkText } from '../../src/chunking/chunk.ts'
import { ROOT } from '../files.ts'
import { readCorpus } from '../retrieval/corpus.ts'
import { readMultilingual } from '../retrieval/multilingual/set.ts'
import { QUESTIONS } from '../retrieval/questions.ts'
import { denseTexts, dice } from './dense.ts'

/** A kind of text, and its texts. */
export type Kinds = Map<string, string[]>

const SIZE = 1_600
/** Shorter texts are joined, as one of a few words says nothing about an estimate. */
const SHORT = 400
const LOCALES = 'node_modules/zod/v4/locales'
const CODE = ['node_modules/hono/dist', 'node_modules/jose/dist', 'node_modules/pg/lib']
const JSON_FILES = [
  'package-lock.json',
  'test/clients/package-lock.json',
  'node_modules/@cloudflare/workers-types/package.json',
  'node_modules/hono/package.json',
  'node_modules/undici/package.json',
  'node_modules/zod/package.json',
]

/** Texts of many kinds and languages that `npm install` and `npm run clients` put on every machine, in pieces. */
export async function readTexts(): Promise<Kinds> {
  const kinds: Kinds = new Map()
  const add = (kind: string, texts: readonly string[]) => kinds.set(kind, [...(kinds.get(kind) ?? []), ...texts])

  const readmes = (await readCorpus()).flatMap(({ content }) => pieces(content, 'markdown'))
  add('English prose', readmes.flatMap(paragraphs))
  add('READMEs', readmes)
  for (const folder of CODE)
    add(
      'code',
      (await filesOf(folder, /\.[jt]s$/)).flatMap((text) => pieces(text, 'text')),
    )
  for (const file of JSON_FILES) add('JSON', pieces(await readFile(join(ROOT, file), 'utf8'), 'text'))

  const { texts, questions } = await readMultilingual()
  for (const { language, text } of joined(texts)) add(`messages, ${language}`, [text])
  add('words of 60 languages', await locales())
  add('emoji, identifiers', marks())
  for (const [kind, dense] of denseTexts()) add(kind, dense)
  add(
    'short questions',
    [...QUESTIONS, ...questions].map(({ question }) => question),
  )
  return kinds
}

const pieces = (text: string, format: 'markdown' | 'text'): string[] =>
  chunkText(text, { format, size: SIZE, overlap: 0 }).map(({ start, end }) => text.slice(start, end))

/** Those paragraphs that hold sentences and little else. */
const paragraphs = (text: string): string[] =>
  text
    .split(/\n\s*\n/)
    .filter(
      (part) =>
        part.length >= 200 && /^[A-Z]/.test(part) && (part.match(/[a-z ,.]/gi)?.length ?? 0) > part.length * 0.95,
    )

async function filesOf(folder: string, name: RegExp): Promise<string[]> {
  const files = await readdir(join(ROOT, folder), { recursive: true })
  return Promise.all(
    files
      .filter((file) => name.test(file))
      .toSorted()
      .map((file) => readFile(join(ROOT, folder, file), 'utf8')),
  )
}

/** Texts of one language one after the other, until they are long enough. */
function joined(texts: readonly { language: string; text: string }[]): { language: string; text: string }[] {
  const long: { language: string; text: string }[] = []
  for (const { language, text } of texts) {
    const last = long.at(-1)
    if (last?.language === language && last.text.length < SHORT) last.text += `\n${text}`
    else long.push({ language, text })
  }
  return long
}

/** The messages of zod in each of its languages. */
async function locales(): Promise<string[]> {
  const sources = await filesOf(LOCALES, /^[a-z]+(-[A-Z]+)?\.js$/)
  return sources.map((source) => {
    const strings = [...source.matchAll(/"([^"\n]*)"|`([^`]*)`/g)].map(([, plain, template]) => plain ?? template ?? '')
    return strings
      .join(' ')
      .replace(/\$\{[^}]*\}/g, '')
      .slice(0, 4 * SIZE)
  })
}

const EMOJI =
  '😀 😂 🥲 😍 🙏🏽 👍 👍🏿 🎉 🔥 ❤️ ✅ ❌ ⚠️ 🚀 💡 📎 🇩🇪 🇯🇵 👩‍💻 👨‍👩‍👧 🐛 🍏 ☕️ 🏳️‍🌈 1️⃣ ✨ → ← • … — “ ” € ± ≤ ≠ ∞ √ π │ ├ └ ─ █'.split(
    ' ',
  )

/** What no file holds much of: emoji, symbols, hashes, UUIDs, dates. */
function marks(): string[] {
  const next = dice()
  const hex = (length: number) => Array.from({ length }, () => next(16).toString(16)).join('')
  const makers: (() => string)[] = [
    () => `well done ${EMOJI[next(EMOJI.length)]}${EMOJI[next(EMOJI.length)]} see you ${EMOJI[next(EMOJI.length)]}`,
    () => EMOJI[next(EMOJI.length)] ?? '',
    () => hex(40),
    () => [8, 4, 4, 4, 12].map(hex).join('-'),
    () => new Date(next(2 ** 31) * 1_000).toISOString(),
    () => `+${10 + next(80)} ${100 + next(900)} ${next(10_000_000)}`,
  ]
  return makers.flatMap((make) =>
    Array.from({ length: 20 }, () => Array.from({ length: 24 }, make).join(next(2) === 0 ? ' ' : '\n')),
  )
}
