import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chatOrigins, startChat } from '../../../dev/chat-server.ts'
import { signInLocally } from '../../../dev/cognito.ts'
import { LOCAL_PASSWORD } from '../../../dev/cognito/sign-in.ts'
import { type LocalParley, startLocal } from '../../../dev/local.ts'
import { freePort } from '../../../dev/ports.ts'
import { axeScript } from '../../clients/axe.ts'
import { type Browser, chromium, type Page } from '../../clients/playwright.ts'
import { watch } from '../watch.ts'

/** Where the pictures of a run are kept. */
const SCREENSHOTS = process.env.SCREENSHOTS ?? 'dist/screenshots'

export const HANDBOOK = {
  name: 'orchard.md',
  text: `# Orchard handbook

Everything that our four orchards need in a year.

## Apples

Apple trees are pruned in late winter, before the buds swell. Remove crossing branches first, then open the crown so that light reaches every spur.

## Pears

Pear trees want a lighter hand: shorten the leader in March, and thin the spurs every other year.

## Storage

Keep apples at 3 degrees in slatted crates, away from potatoes. A late variety keeps until April.
`,
}
export const QUESTION = 'When should I prune my apple trees?'

export interface ChatBed {
  parley: LocalParley
  browser: Browser
  url: string
  /** A browser of its own, on the chat. */
  open: (options?: OpenOptions) => Promise<{ page: Page; faults: string[] }>
  /** The same, with a new user signed in. */
  openSignedIn: (options?: OpenOptions) => Promise<{ page: Page; faults: string[]; email: string }>
  close: () => Promise<void>
}

interface OpenOptions {
  host?: 'localhost' | '127.0.0.1'
  viewport?: { width: number; height: number }
  isMobile?: boolean
  colorScheme?: 'light' | 'dark'
}

/** The local stack with the chat, as `npm run dev` starts both, and a browser. */
export async function startChatBed(): Promise<ChatBed> {
  const cleanup = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-chat-'))
  cleanup.defer(() => rm(dataDir, { recursive: true, force: true }))
  await mkdir(SCREENSHOTS, { recursive: true })
  const port = await freePort(0, 'CHAT_PORT')
  const parley = await startLocal({
    dataDir,
    ports: { worker: 0, neon: 0, cognito: 0 },
    defaults: { CORS_ORIGINS: chatOrigins(port).join() },
  })
  cleanup.defer(() => parley.close())
  const chat = await startChat({ port, client: parley.client, dataDir })
  cleanup.defer(() => chat.close())
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
  cleanup.defer(() => browser.close())

  const open: ChatBed['open'] = async ({ host = 'localhost', ...options } = {}) => {
    const context = await browser.newContext({ viewport: { width: 1200, height: 750 }, ...options })
    const page = await context.newPage()
    const origin = `http://${host}:${port}`
    const { apiUrl, issuer } = parley.client
    const faults = watch(page, origin, apiUrl, issuer)
    await page.goto(origin)
    await page.getByRole('button', { name: 'Sign in or sign up' }).waitFor()
    return { page, faults }
  }
  let users = 0
  return {
    parley,
    browser,
    url: chat.url,
    open,
    async openSignedIn(options) {
      const email = `user-${++users}@example.com`
      await signInLocally(parley.stack.cognito, email)
      const { page, faults } = await open(options)
      await signIn(page, email)
      return { page, faults, email }
    },
    close: () => cleanup.disposeAsync(),
  }
}

/** From the welcome page, as a newcomer. */
export async function signUp(page: Page, name: string, email: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in or sign up' }).click()
  await page.getByRole('link', { name: 'Create an account' }).click()
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill('Hopper-1906')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Confirm your e-mail' }).waitFor()
  const [, code = ''] = /the code is (\d{6})/.exec(await page.locator('main').innerText()) ?? []
  await page.keyboard.type(code)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Start with a document' }).waitFor()
}

/** From the welcome page, as a user of the local Cognito. */
export async function signIn(page: Page, email: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in or sign up' }).click()
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(LOCAL_PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Your question').waitFor()
}

/** Drops files onto an element, as a desktop does. */
export async function drop(page: Page, selector: string, ...files: { name: string; text: string }[]): Promise<void> {
  const transfer = `(files) => {
    const transfer = new DataTransfer()
    for (const { name, text } of files) transfer.items.add(new File([text], name))
    return transfer
  }`
  const dataTransfer = await page.evaluateHandle(`(${transfer})(${JSON.stringify(files)})`)
  for (const type of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent(selector, type, { dataTransfer })
}

/** Adds a document and waits until it is found by meaning. */
export async function addDocument(page: Page, file = HANDBOOK): Promise<void> {
  await drop(page, 'main', file)
  await page.getByLabel('Added documents').getByText('Ready').waitFor()
}

/** Asks, and waits for the whole answer. */
export async function ask(page: Page, question = QUESTION): Promise<void> {
  await page.getByLabel('Your question').fill(question)
  await page.getByLabel('Your question').press('Enter')
  await answered(page, question)
}

/** Waits until a question has its answer, and both are stored. */
export async function answered(page: Page, question: string): Promise<void> {
  await page.locator('.message.user').getByText(question, { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Answer again' }).last().waitFor()
  await page.locator('.chat-header').getByRole('button', { name: 'Pin' }).waitFor()
}

export const screenshot = (page: Page, name: string): Promise<unknown> =>
  page.screenshot({ path: join(SCREENSHOTS, `chat-${name}.png`) })

/** @returns what axe finds wrong on the page, a line each */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(await axeScript())
  const violations = await page.evaluate<{ id: string; nodes: { target: string[]; failureSummary: string }[] }[]>(
    'axe.run().then(({ violations }) => violations)',
  )
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  )
}
