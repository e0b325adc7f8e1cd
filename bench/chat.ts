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
  let total = 0
  console.log('Lines of code of the example chat, without blank lines, comments and pages:')
  for (const [topic, files] of Object.entries(MODULES)) {
    const lines = await Promise.all(files.map(countLines))
    total += lines.reduce((sum, count) => sum + count)
    console.log(`  ${topic.padEnd(22)} ${files.map((file, index) => `${file} ${lines[index]}`).join(', ')}`)
  }
  console.log(`  ${'all'.padEnd(22)} ${total}`)
  const commands = await readmeCommands()
  console.log(`Commands from a clone to the chat: ${commands.length} (${commands.join(', ')})`)
  console.log(`From the chat's URL to an answer that quotes an own document: ${await timeBrowser()}`)
}

async function countLines(file: string): Promise<number> {
  const text = await readFile(join(ROOT, CHAT, file), 'utf8')
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '')
  return code.split('\n').filter((line) => line.trim() !== '').length
}

/** Those of the first block of the README. */
async function readmeCommands(): Promise<string[]> {
  const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(await readFile(join(ROOT, 'README.md'), 'utf8')) ?? []
  return block
    .trim()
    .split(/\n|&&/)
    .map((command) => command.trim())
}

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
    const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(1)} s`
    const answered = performance.now()
    return `${seconds(began, answered)} (open ${seconds(began, opened)}, sign up ${seconds(opened, signedUp)}, document ${seconds(signedUp, added)}, answer ${seconds(added, answered)})`
  } finally {
    await bed.close()
  }
}
