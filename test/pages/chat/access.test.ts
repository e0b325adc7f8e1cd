import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Page } from '../../clients/playwright.ts'
import {
  addDocument,
  answered,
  ask,
  type ChatBed,
  QUESTION,
  screenshot,
  startChatBed,
  violationsOf,
} from './harness.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 })

let bed: ChatBed
beforeAll(async () => void (bed = await startChatBed()))
afterAll(() => bed?.close())

const SCREENS = [
  { screen: 'a desktop', viewport: { width: 1280, height: 800 }, isMobile: false, colorScheme: 'light' as const },
  {
    screen: 'a desktop in the dark',
    viewport: { width: 1280, height: 800 },
    isMobile: false,
    colorScheme: 'dark' as const,
  },
  { screen: 'a phone', viewport: { width: 360, height: 740 }, isMobile: true, colorScheme: 'light' as const },
]

/** Names what has the focus, and says whether one sees it. */
const focused = (page: Page) =>
  page.evaluate<{ name: string; isVisible: boolean }>(`(() => {
    const element = document.activeElement
    const label = element.getAttribute('aria-label') ?? element.textContent.trim()
    const outlineOf = (element) => getComputedStyle(element).outlineStyle
    const isVisible = outlineOf(element) !== 'none' || (element.form != null && outlineOf(element.form) !== 'none')
    return { name: label, isVisible }
  })()`)

/** Presses Tab, or Shift+Tab, until something of this name has the focus. */
async function tabTo(page: Page, name: string | RegExp, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    const { name: current, isVisible } = await focused(page)
    if (presses > 0) expect([current, isVisible]).toEqual([current, true])
    if (typeof name === 'string' ? current === name : name.test(current)) return
    await page.keyboard.press(key)
  }
  throw new Error(`The keyboard does not get to ${name}.`)
}

describe.each(SCREENS)('On $screen', ({ screen, ...options }) => {
  it('axe finds nothing wrong, and nothing scrolls sideways', async () => {
    const name = screen.replaceAll(' ', '-')
    const { page, faults } = await bed.openSignedIn(options)
    const check = async (shown: string) => {
      await screenshot(page, `${name}-${shown}`)
      expect([shown, await violationsOf(page)]).toEqual([shown, []])
      const width = await page.evaluate<number>('document.documentElement.scrollWidth')
      expect([shown, width]).toEqual([shown, options.viewport.width])
    }
    const open = async (link: string) => {
      if (options.isMobile) await page.getByRole('button', { name: 'Open the menu' }).click()
      await page.getByRole('link', { name: link, exact: true }).click()
    }
    await page.getByRole('heading', { name: 'Start with a document' }).waitFor()
    await check('empty')
    await addDocument(page)
    await ask(page)
    await page.locator('.message.user').getByRole('button', { name: 'Edit' }).click()
    await page.getByLabel('Edit the question').fill('How are pear trees pruned?')
    await check('edit')
    await page.getByRole('button', { name: 'Ask' }).click()
    await page.getByRole('group', { name: 'Version 2 of 2' }).waitFor()
    await page.getByRole('button', { name: 'Pin' }).click()
    await page.getByRole('button', { name: 'Pin', pressed: true }).waitFor()
    await check('conversation')
    if (options.isMobile) {
      await page.getByRole('button', { name: 'Open the menu' }).click()
      await page.getByRole('region', { name: 'Pinned' }).waitFor()
      await check('menu')
      await page.keyboard.press('Escape')
    }
    await open('Documents')
    await page.getByRole('list', { name: 'Documents' }).getByText('Ready').waitFor()
    await check('documents')
    await open('Search')
    await page.getByLabel('Search for').fill('pruning apple trees')
    await page.keyboard.press('Enter')
    await page.getByRole('list', { name: 'Hits' }).waitFor()
    await check('search')
    await open('Usage')
    await page.getByRole('list', { name: 'Quotas' }).getByRole('listitem').first().waitFor()
    await check('usage')
    await open('Import and export')
    await page.getByRole('heading', { name: 'Import and export' }).waitFor()
    await check('import')
    if (options.isMobile) await page.getByRole('button', { name: 'Open the menu' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in or sign up' }).waitFor()
    await check('welcome')
    expect(faults).toEqual([])
    await page.context().close()
  })
})

it('The keyboard alone asks, edits, switches branches and signs out, and one sees where it is', async () => {
  const { page, faults } = await bed.openSignedIn()
  await addDocument(page)
  expect(await focused(page)).toEqual({ name: 'Your question', isVisible: true })
  await page.keyboard.type(QUESTION)
  await page.keyboard.press('Enter')
  await answered(page, QUESTION)
  expect((await focused(page)).name).toBe('Your question')

  await tabTo(page, 'Edit', 'Shift+Tab')
  await page.keyboard.press('Enter')
  expect((await focused(page)).name).toBe('Edit the question')
  await page.keyboard.press('Escape')
  expect((await focused(page)).name).toBe('Edit')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Control+A')
  await page.keyboard.type('How are pear trees pruned?')
  await page.keyboard.press('Enter')
  await page.getByRole('group', { name: 'Version 2 of 2' }).waitFor()
  await answered(page, 'How are pear trees pruned?')
  await tabTo(page, 'Previous version', 'Shift+Tab')
  await page.keyboard.press('Enter')
  await answered(page, QUESTION)

  await tabTo(page, 'Documents', 'Shift+Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Documents' }).waitFor()
  expect((await focused(page)).name).toBe('Documents')
  await tabTo(page, 'Sign out', 'Shift+Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Sign in or sign up' }).waitFor()
  expect(faults).toEqual([])
  await page.context().close()
})

it('Its policy lets in no picture of another host and nothing inline', async () => {
  const { page } = await bed.open()
  const refused = await page.evaluate<string[]>(`new Promise((resolve) => {
    const refused = []
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
      refused.push(effectiveDirective)
      if (refused.length === 4) resolve(refused.sort())
    })
    const add = (name, properties) => document.body.append(Object.assign(document.createElement(name), properties))
    add('img', { src: 'https://example.com/a.png' })
    add('script', { textContent: 'globalThis.isIn = true' })
    add('style', { textContent: 'body { display: none }' })
    fetch('https://example.com/').catch(() => {})
  })`)
  expect(refused).toEqual(['connect-src', 'img-src', 'script-src-elem', 'style-src-elem'])
  expect(await page.evaluate('globalThis.isIn')).toBeUndefined()
  await page.context().close()
})

it('The server gives no file but the app’s, and answers no other host name', async () => {
  const page = { headers: { Accept: 'text/html' } }
  const policies = await Promise.all(
    [1, 2].map(async () => (await fetch(bed.url, page)).headers.get('Content-Security-Policy')),
  )
  expect(policies[0]).toContain("img-src 'self' data:")
  expect(policies[0]).not.toBe(policies[1])
  for (const file of ['package.json', 'wrangler.toml', 'dev/start.ts', '.gitignore']) {
    const { status } = await fetch(`${bed.url}/@fs${process.cwd()}/${file}`)
    expect([file, status]).toEqual([file, 403])
  }
  const { origin, port } = new URL(bed.url)
  expect((await fetch(`${origin}/no-such-file.js`)).status).toBe(404)
  const { request } = await import('node:http')
  const status = await new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, headers: { Host: 'parley.example' } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    call.on('error', reject).end()
  })
  expect(status).toBe(403)
})
