import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Page } from '../../clients/playwright.ts'
import { addDocument, answered, ask, type ChatBed, drop, QUESTION, screenshot, startChatBed } from './harness.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 180_000 })

let bed: ChatBed
beforeAll(async () => void (bed = await startChatBed()))
afterAll(() => bed?.close())

const notes = (text: string) => ({ name: 'notes.md', mimeType: 'text/markdown', buffer: Buffer.from(text) })
const goTo = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click()
const messagesFile = (...texts: string[]) => ({
  name: 'messages.json',
  text: JSON.stringify(texts.map((text, n) => ({ id: `m${n}`, role: 'user', parts: [{ type: 'text', text }] }))),
})

it('Search shows hits with their words marked, what each score is made of, and leads to the place', async () => {
  const { page, faults } = await bed.openSignedIn()
  await addDocument(page)
  await ask(page)
  await goTo(page, 'Search')
  await page.getByLabel('Search for').fill('pruning apple trees')
  await page.keyboard.press('Enter')
  const hits = page.getByRole('list', { name: 'Hits' }).getByRole('listitem')
  const handbook = hits.filter({ has: page.getByRole('link', { name: /^Orchard handbook/ }) })
  await handbook.waitFor()
  expect(await handbook.locator('.passage mark').allInnerTexts()).toEqual(
    expect.arrayContaining(['pruned', 'Apple', 'trees']),
  )
  const scores = await handbook.locator('.scoring').innerText()
  expect(scores).toMatch(/Score\s+[\d.]+\s+both lists together/)
  expect(scores).toMatch(/By words\s+BM25 [\d.]+\s+\d(st|nd|rd|th) in its list/)
  expect(scores).toMatch(/By meaning\s+similarity [\d.]+\s+\d(st|nd|rd|th) in its list/)
  await screenshot(page, 'search')

  await page.getByLabel('By', { exact: true }).selectOption('Words')
  await page.getByLabel('In', { exact: true }).selectOption('Documents')
  await page.getByRole('button', { name: 'Search' }).click()
  await expect.poll(() => page.url()).toContain('mode=keyword&in=document')
  await expect.poll(() => hits.count()).toBe(1)
  await page.goBack()
  await hits.getByRole('link', { name: `Your question in “${QUESTION}”` }).click()
  await page.locator('.message.user.target').getByText(QUESTION).waitFor()
  await page.goBack()
  await handbook.getByRole('link').click()
  await page.locator('article mark').waitFor()
  expect(faults).toEqual([])
  await page.context().close()
})

it('An import shows its report, and an export brings everything to another account', async () => {
  const { page, faults } = await bed.openSignedIn()
  await goTo(page, 'Import and export')
  await drop(page, '.drop-zone', messagesFile('How old do swifts get?', 'And swallows?'))
  const report = page.getByRole('region', { name: 'Report of the import' })
  await report.getByText('Format: a list of messages.').waitFor()
  expect(await report.getByRole('row').allInnerTexts()).toEqual(
    expect.arrayContaining([expect.stringMatching(/^message\s+2\s+0\s+0$/i)]),
  )
  await screenshot(page, 'import')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download an export' }).click(),
  ])
  const text = await readFile(await download.path(), 'utf8')
  await report.getByRole('link', { name: 'Open the conversation' }).click()
  await page.getByText('And swallows?').waitFor()
  // The file did not become a document as well.
  await goTo(page, 'Documents')
  await page.getByText('You have no documents yet.').waitFor()
  expect(faults).toEqual([])

  const other = await bed.openSignedIn()
  await goTo(other.page, 'Import and export')
  await drop(other.page, '.drop-zone', { name: 'export.ndjson', text })
  await other.page.getByText('Format: an export of Parley.').waitFor()
  await other.page
    .getByRole('navigation', { name: 'Conversations' })
    .getByRole('link', { name: 'How old do swifts get?' })
    .click()
  await other.page.getByText('And swallows?').waitFor()
  expect(other.faults).toEqual([])
  await goTo(other.page, 'Import and export')
  await drop(other.page, '.drop-zone', {
    name: 'part.ndjson',
    text: `${text.split('\n').slice(0, 2).join('\n')}\n{ "type": "?" }`,
  })
  await other.page.getByText('The file ends early').waitFor()
  await other.page.getByRole('list', { name: 'What was refused' }).waitFor()
  await drop(other.page, '.drop-zone', { name: 'other.json', text: '[{ "no"' })
  await other.page.getByRole('alert').waitFor()
  await page.context().close()
  await other.page.context().close()
})

it('Documents are listed with their status, replaced by their name, deleted and brought back', async () => {
  const { page, faults } = await bed.openSignedIn()
  await goTo(page, 'Documents')
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose files' }).click(),
  ])
  await chooser.setFiles([notes('# Notes on bees\n\nBees swarm in May.')])
  const list = page.getByRole('list', { name: 'Documents' })
  await list.getByText('Ready').waitFor()
  expect(await list.innerText()).toMatch(/Notes on bees[\s\S]*notes\.md · 1 passage/)
  await page.locator('input[type=file]').setInputFiles([notes('# Notes on wasps\n\nWasps build of paper.')])
  await list.getByText('Notes on wasps').waitFor()
  expect(await list.getByRole('listitem').count()).toBe(1)
  await screenshot(page, 'documents')
  await list.getByRole('button', { name: 'Delete Notes on wasps' }).click()
  await page.getByText('You have no documents yet.').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await list.getByText('Notes on wasps').waitFor()
  expect(faults).toEqual([])
  await page.context().close()
})

it('Usage shows each quota', async () => {
  const { page, faults } = await bed.openSignedIn()
  await ask(page)
  await goTo(page, 'Usage')
  const quotas = page.getByRole('list', { name: 'Quotas' }).getByRole('listitem')
  await quotas.first().waitFor()
  const shown = (await quotas.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '))
  expect(shown).toEqual([
    expect.stringMatching(/^Conversations 1 of 50K/),
    expect.stringMatching(/^Messages 2 of 1M/),
    expect.stringMatching(/^Documents 0 of 20K/),
    expect.stringMatching(/^Stored [\d.]+ k?B of 5\.4 GB/),
    expect.stringMatching(/^Embedded today \d+ of 20M tokens Resets on /),
  ])
  await screenshot(page, 'usage')
  expect(faults).toEqual([])
  await page.context().close()
})

it('A call that fails says why in words, and can be tried again', async () => {
  const { page } = await bed.openSignedIn()
  const problem = {
    code: 'quota_exceeded',
    status: 409,
    title: 'Quota exceeded',
    detail: 'You may have 10 messages.',
    requestId: 'request-1',
  }
  const answers = [
    { status: 409, contentType: 'application/problem+json', body: JSON.stringify(problem) },
    {
      status: 400,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        ...problem,
        code: 'invalid_request',
        title: 'Invalid request',
        detail: 'The request is invalid.',
        errors: [{ path: 'messages.0.id', message: 'is too long' }],
      }),
    },
    'abort' as const,
  ]
  const headers = { 'Access-Control-Allow-Origin': bed.url }
  await page.route('**/v1/conversations/*/messages', async (route) => {
    const [answer] = answers
    if (route.request().method() !== 'PUT' || !answer) return route.fallback()
    return answer === 'abort' ? route.abort() : route.fulfill({ ...answer, headers })
  })
  await page.getByLabel('Your question').fill(QUESTION)
  await page.keyboard.press('Enter')
  const alert = page.getByRole('alert')
  await alert.getByText('You may have 10 messages.').waitFor()
  expect(await alert.innerText()).toContain('Request request-1')
  await screenshot(page, 'problem')
  for (const words of ['messages.0.id is too long', 'The API cannot be reached.']) {
    answers.shift()
    await alert.getByRole('button', { name: 'Try again' }).click()
    await alert.getByText(words).waitFor()
  }
  answers.shift()
  await alert.getByRole('button', { name: 'Try again' }).click()
  await answered(page, QUESTION)
  expect(await alert.count()).toBe(0)
  await page.context().close()
})

it('An answer that could not be saved stays on the page, and is saved by another try', async () => {
  const { page } = await bed.openSignedIn()
  let saves = 0
  await page.route('**/v1/conversations/*/messages', async (route) => {
    // The first is the question, the second the answer.
    if (route.request().method() !== 'PUT' || ++saves !== 2) return route.fallback()
    return route.fulfill({
      status: 500,
      headers: { 'Access-Control-Allow-Origin': bed.url },
      body: 'A proxy has failed.',
    })
  })
  await page.getByLabel('Your question').fill(QUESTION)
  await page.keyboard.press('Enter')
  const answer = page.locator('.message.assistant')
  await page.getByRole('alert').getByText('The answer was 500').waitFor()
  expect(await answer.innerText()).toContain('Nothing you have stored')
  await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click()
  await answered(page, QUESTION)
  expect(await page.getByRole('alert').count()).toBe(0)
  await page.reload()
  await answer.getByText('Nothing you have stored').waitFor()
  await page.context().close()
})

/** What oidc-client-ts keeps in this tab. */
const changeToken = (page: Page, accessToken?: string) =>
  page.evaluate<string>(`(() => {
    const name = Object.keys(sessionStorage).find((name) => name.startsWith('oidc.user:'))
    const user = JSON.parse(sessionStorage[name])
    const before = user.access_token
    user.access_token = ${JSON.stringify(accessToken)} ?? before
    sessionStorage[name] = JSON.stringify(user)
    return before
  })()`)

it('A token that is refused is renewed unseen; a sign-in that was ended elsewhere says so', async () => {
  const { page } = await bed.openSignedIn()
  await changeToken(page, 'expired')
  await page.reload()
  await page.getByText('Your conversations will be listed here.').waitFor()
  const token = await changeToken(page)
  expect(token).not.toBe('expired')

  const headers = { Authorization: `Bearer ${token}` }
  expect((await fetch(`${bed.parley.client.apiUrl}/v1/session`, { method: 'DELETE', headers })).status).toBe(204)
  await goTo(page, 'Usage')
  await page.getByRole('alert').getByRole('button', { name: 'Sign in again' }).click()
  await page.getByRole('heading', { name: 'Ask your own documents' }).waitFor()
  await page.context().close()
})

it('What messages and documents bring along stays text: no markup, no foreign picture, no script', async () => {
  const { page, faults } = await bed.openSignedIn()
  const pixel =
    'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  const hostile =
    '<img src="https://example.com/a.png" onerror="alert(1)"> javascript:alert(1) <script>alert(1)</script>'
  const parts = [
    {
      type: 'text',
      text: `${hostile}\n\nSee https://example.com/page?a=1. And (http://example.com/b).\n\n\`\`\`js\nconst a = "<b>"\n\`\`\``,
    },
    { type: 'file', mediaType: 'image/png', url: pixel, filename: 'pixel.png' },
    { type: 'file', mediaType: 'image/png', url: 'https://example.com/tracker.png', filename: 'tracker.png' },
    {
      type: 'file',
      mediaType: 'image/svg+xml',
      url: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"/>',
      filename: 'drawing.svg',
    },
  ]
  await goTo(page, 'Import and export')
  await drop(page, '.drop-zone', { name: 'm.json', text: JSON.stringify([{ id: 'm1', role: 'user', parts }]) })
  await page.getByRole('link', { name: 'Open the conversation' }).click()
  const message = page.locator('.message.user')
  await message.getByText(hostile).waitFor()
  expect(await message.getByRole('img').count()).toBe(1)
  expect(await message.getByRole('img').getAttribute('src')).toBe(pixel)
  const links = await message.getByRole('link').all()
  const attributes = ['href', 'rel', 'target']
  expect(
    await Promise.all(links.map((link) => Promise.all(attributes.map((name) => link.getAttribute(name))))),
  ).toEqual(
    ['https://example.com/a.png', 'https://example.com/page?a=1', 'http://example.com/b'].map((url) => [
      url,
      'noopener noreferrer',
      '_blank',
    ]),
  )
  expect(await message.locator('pre').innerText()).toBe('const a = "<b>"')
  await message.getByText('tracker.png').waitFor()
  await message.getByText('drawing.svg').waitFor()

  await drop(page, 'main', { name: 'hostile.txt', text: `Swallows. ${hostile}` })
  await page.getByLabel('Added documents').getByText('Ready').waitFor()
  await page.goto(`${bed.url}/search?q=swallows&in=document`)
  await page.locator('.passage').getByText(hostile).waitFor()
  expect(await page.locator('.passage mark').allInnerTexts()).toEqual(['Swallows'])
  expect(faults).toEqual([])
  await page.context().close()
})
