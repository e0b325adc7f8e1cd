import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from './files.ts'

const CHAT = 'dev/chat/src'

/** The modules in which a front end does what is neither in `@parley/client` nor in what it shows. */
const MODULES = {
  'sign-in': ['sign-in.ts', 'parley.ts'],
  'history and branches': ['use-conversations.tsx', 'use-stored-chat.ts'],
  search: ['use-search.ts', 'highlight.tsx'],
}

/** What a newcomer types and waits for, and what is left to write for a front end: by the example chat. */
export async function measureChat(): Promise<void> {
  const all: Lines = { code: 0, calls: 0 }
  console.log(
    'Lines of the example chat without what it shows, blank lines and comments (those that call the libraries):',
  )
  for (const [topic, files] of Object.entries(MODULES)) {
    for (const file of files) {
      const { code, calls } = await countLines(file)
      all.code += code
      all.calls += calls
      console.log(`  ${topic.padEnd(22)} ${file.padEnd(22)} ${code} (${calls})`)
    }
  }
  console.log(`  ${'all'.padEnd(45)} ${all.code} (${all.calls})`)
  const commands = await readmeCommands()
  console.log(`Commands from a clone to the chat: ${commands.length} (${commands.join(', ')})`)
  console.log(`From the chat's URL to an answer that quotes an own document: ${await timeBrowser()}`)
}

interface Lines {
  code: number
  calls: number
}

const CALL = /\b(parley|manager)\.|\b(createParley|UserManager|useChat|bearer)\b[<(]/

async function countLines(file: string): Promise<Lines> {
  const text = await readFile(join(ROOT, CHAT, file), 'utf8')
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '')
  const lines = code.split('\n').filter((line) => line.trim() !== '')
  return { code: lines.length, calls: lines.filter((line) => CALL.test(line)).length }
}

/** Those of the first block of the README. */
async function readmeCommands(): Promise<string[]> {
  const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(await readFile(join(ROOT, 'README.md'), 'utf8')) ?? []
  return block
    .trim()
    .split(/\n|&&/)
    .map((command) => command.trim())
}

const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(1)} s`

/** A machine's time: sign up, confirm, drop a document, wait until it is ready, ask. */
async function timeBrowser(): Promise<string> {
  const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium'
  const isThere = await access(chromium).then(
    () => true,
    () => false,
  )
  if (!isThere) return 'not measured, there is no Chromium (CHROMIUM)'
  const { addDocument, ask, signUp, startChatBed } = await import('../test/pages/chat/harness.ts')
  const bed = await startChatBed()
  try {
    const began = performance.now()
    const { page } = await bed.open()
    const opened = performance.now()
    await signUp(page, 'Grace Hopper', 'grace@example.com')
    const signedUp = performance.now()
    await addDocument(page)
    const added = performance.now()
    await ask(page)
    const answered = performance.now()
    return `${seconds(began, answered)} (open ${seconds(began, opened)}, sign up ${seconds(opened, signedUp)}, document ${seconds(signedUp, added)}, answer ${seconds(added, answered)})`
  } finally {
    await bed.close()
  }
}
