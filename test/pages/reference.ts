import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalParley, startLocal } from '../../dev/local.ts'
import { type Browser, chromium, type Page } from '../clients/playwright.ts'

type ContextOptions = NonNullable<Parameters<Browser['newContext']>[0]>

export interface Reference {
  parley: LocalParley
  url: string
  /** Opens a page in a browser profile of its own, and waits until it is whole. */
  open(path: string, options?: ContextOptions): Promise<{ page: Page } & AsyncDisposable>
  close(): Promise<void>
}

/** Starts a stack as `npm run dev` does, and a browser. */
export async function startReference(): Promise<Reference> {
  const cleanup = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'parley-reference-'))
  cleanup.defer(() => rm(directory, { recursive: true, force: true }))
  const ports = { worker: 0, neon: 0, cognito: 0 }
  const parley = await startLocal({ dataDir: directory, ports, defaults: { DEVELOPMENT_COOKIES: 'on' } })
  cleanup.defer(() => parley.close())
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
  cleanup.defer(() => browser.close())
  const { url } = parley.worker
  return {
    parley,
    url,
    async open(path, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
      const page = await context.newPage()
      await page.goto(url + path)
      await page.locator('main[aria-busy]').waitFor({ state: 'detached' })
      return { page, [Symbol.asyncDispose]: () => context.close() }
    },
    close: () => cleanup.disposeAsync(),
  }
}
