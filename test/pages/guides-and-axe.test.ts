import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { axeScript } from '../clients/axe.ts'
import type { Page } from '../clients/playwright.ts'
import { openAll } from './open-all.ts'
import { type Reference, startReference } from './reference.ts'
import { watch } from './watch.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let reference: Reference
beforeAll(async () => {
  reference = await startReference()
})
afterAll(() => reference?.close())

const open: Reference['open'] = (...args) => reference.open(...args)

const guides = JSON.parse(await readFile('src/public/docs/guides/index.json', 'utf8')) as {
  slug: string
  title: string
  sections: { id: string; title: string }[]
}[]

it.each(guides)('The guide "$title" is listed, opens, and has the way back', async ({ slug, title, sections }) => {
  await using opened = await open('/docs')
  const { page } = opened
  const faults = watch(page, reference.url)
  await page.locator('.sidebar').getByRole('link', { name: title, exact: true }).click()
  await page.waitForURL(`**/docs/guides/${slug}`)
  expect(await page.locator('h1').innerText()).toBe(title)
  const last = sections.at(-1)
  await page.keyboard.press('/')
  await page.getByRole('dialog').getByRole('combobox').fill(`${last?.title} ${title}`)
  await page
    .getByRole('dialog')
    .getByRole('option', { name: new RegExp(`^${RegExp.escape(`${last?.title} Guide: ${title}`)}`) })
    .first()
    .click()
  await page.waitForURL(`**/docs/guides/${slug}${last?.id ? `#${last.id}` : ''}`)
  await page.getByRole('link', { name: 'API reference' }).click()
  await page.waitForURL(`${reference.url}/docs`)
  expect(faults).toEqual([])
})

const SCREENS = [
  { screen: 'a desktop', viewport: { width: 1280, height: 800 }, isMobile: false },
  { screen: 'a phone', viewport: { width: 390, height: 844 }, isMobile: true },
]
const LOOKS = SCREENS.flatMap((screen) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ ...screen, colorScheme })),
)

/** All of them opened would take axe a minute, and what they are made of is the same. */
const OPENED = '#signIn, #updateMe, #exportMe, #saveChat, #search, #schema-Message'

let found = 0

/** @param part a selector: what is below it, in place of the whole page */
async function violationsOf(page: Page, part = 'html'): Promise<string[]> {
  await page.evaluate(await axeScript())
  // Selectors for all that passes would take most of the time.
  const options = `{ resultTypes: ['violations'], selectors: false }`
  const violations = await page.evaluate<string[]>(
    `axe.run(${JSON.stringify(part)}, ${options}).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))))`,
  )
  found += violations.length
  return violations
}

describe.each(LOOKS)('axe on $screen, $colorScheme', ({ viewport, isMobile, colorScheme }) => {
  const options = { viewport, isMobile, colorScheme }

  it('finds nothing in the reference, its search, its forms and its drawer', async () => {
    await using opened = await open('/docs', options)
    const { page } = opened
    await openAll(page, OPENED)
    const form = page.locator('#updateMe-try')
    await form.getByRole('button', { name: 'Send PATCH' }).click()
    await form.getByText('401 Unauthorized').waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('ControlOrMeta+k')
    await page.getByRole('dialog').getByRole('combobox').fill('conversation')
    await page.getByRole('dialog').getByRole('option').first().waitFor()
    expect(await violationsOf(page, 'dialog')).toEqual([])
    if (isMobile) {
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Contents' }).click()
      expect(await violationsOf(page, '.sidebar')).toEqual([])
    }
  })

  it.each(guides)('finds nothing in the guide "$title", which does not scroll sideways', async ({ slug }) => {
    await using opened = await open(`/docs/guides/${slug}`, options)
    const { page } = opened
    expect(await violationsOf(page)).toEqual([])
    const width = await page.evaluate<number>('document.documentElement.scrollWidth')
    expect(width).toBeLessThanOrEqual(viewport.width)
  })
})

afterAll(async () => {
  const files = (await Array.fromAsync(glob('docs/*.*', { cwd: 'src/public' }))).concat('openapi.json')
  const contents = await Promise.all(files.map((file) => readFile(join('src/public', file))))
  const bytes = contents.reduce((sum, { length }) => sum + length, 0)
  const packed = contents.reduce((sum, content) => sum + gzipSync(content).length, 0)
  process.stdout.write(
    `axe violations: ${found}. Reference: ${bytes} bytes in ${files.length} files, ${packed} with gzip, openapi.json included.\n`,
  )
})
