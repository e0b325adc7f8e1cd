import { glob, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type LocalParley, startLocal } from '../../dev/local.ts'
import { type Browser, chromium, type Page } from '../clients/playwright.ts'
import { openAll } from './open-all.ts'
import { watch } from './watch.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const SCREENS = [
  { screen: 'a desktop', viewport: { width: 1280, height: 800 }, isMobile: false },
  { screen: 'a phone', viewport: { width: 390, height: 844 }, isMobile: true },
]

interface Spec {
  paths: Record<string, Record<string, { summary: string; operationId: string }>>
  components: { schemas: Record<string, unknown> }
}

let directory: string
let parley: LocalParley
let browser: Browser
let spec: Spec
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-pages-'))
  spec = JSON.parse(await readFile('src/public/openapi.json', 'utf8')) as Spec
  parley = await startLocal({ dataDir: directory, ports: { worker: 0, neon: 0, cognito: 0 } })
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
})
afterAll(async () => {
  await browser?.close()
  await parley?.close()
  await rm(directory, { recursive: true })
})

const operations = () => Object.values(spec.paths).flatMap((item) => Object.values(item))

it('There are no pages but the reference and the guides', async () => {
  const pages = await Array.fromAsync(glob('**/*.html', { cwd: 'src/public' }))
  expect(pages.filter((page) => !page.startsWith(join('docs', 'guides')))).toEqual([join('docs', 'index.html')])
})

describe.each(SCREENS)('/docs on $screen', ({ viewport, isMobile }) => {
  let page: Page
  let faults: string[]
  beforeAll(async () => {
    const context = await browser.newContext({ viewport, isMobile })
    page = await context.newPage()
    faults = watch(page, parley.worker.url)
    await page.goto(`${parley.worker.url}/docs`)
    await page.locator('main[aria-busy]').waitFor({ state: 'detached' })
  })
  afterAll(() => page?.context().close())

  it('shows every operation, with a sample and its answers', async () => {
    const shown = page.locator('article.operation')
    expect(await shown.locator('h3').allInnerTexts()).toHaveLength(operations().length)
    for (const { operationId, summary } of operations()) {
      const article = page.locator(`article.operation#${operationId}`)
      expect(await article.locator('h3').innerText()).toContain(summary)
      expect([operationId, await article.locator('figure.code pre').first().textContent()]).toEqual([
        operationId,
        expect.stringContaining('curl'),
      ])
      expect([operationId, await article.locator('.answer').count()]).not.toEqual([operationId, 0])
    }
  })

  it('shows every schema', async () => {
    expect(await page.locator('article.schema').count()).toBe(Object.keys(spec.components.schemas).length)
  })

  it('finds an operation by a search, and goes there', async () => {
    await page.getByRole('button', { name: /^Search/ }).click()
    await page.getByRole('dialog').getByRole('combobox').fill('fork')
    await page.getByRole('dialog').getByRole('option').first().click()
    await page.waitForURL('**/docs#forkConversation')
    expect(await page.locator('#forkConversation').isVisible()).toBe(true)
    await page.goto(`${parley.worker.url}/docs`)
    await page.locator('main[aria-busy]').waitFor({ state: 'detached' })
  })

  it('offers no sign-in where there is no local issuer', async () => {
    const button = page.locator('.authorization').getByText('Sign in as a local user')
    expect(await button.count()).toBe(1)
    expect(await button.isVisible()).toBe(false)
  })

  it('does not scroll sideways, with everything opened', async () => {
    await openAll(page)
    const width = await page.evaluate<number>('document.documentElement.scrollWidth')
    expect(width).toBeLessThanOrEqual(viewport.width)
  })

  it('made no error, and asked no other host', () => expect(faults).toEqual([]))
})

it('A broken operation loses only itself', async () => {
  const page = await browser.newPage()
  const broken = structuredClone(spec) as unknown as { paths: Record<string, Record<string, { responses: unknown }>> }
  const [path = '', ...others] = Object.keys(broken.paths)
  for (const operation of Object.values(broken.paths[path] ?? {})) operation.responses = { 200: null }
  await page.route('**/openapi.json', (route) => route.fulfill({ json: broken }))
  await page.goto(`${parley.worker.url}/docs`)
  await page.locator('main[aria-busy]').waitFor({ state: 'detached' })
  expect(await page.locator('article.operation').count()).toBe(operations().length)
  expect(await page.getByText('cannot be shown here').count()).toBe(Object.keys(broken.paths[path] ?? {}).length)
  expect(others.length).toBeGreaterThan(0)
  await page.close()
})
