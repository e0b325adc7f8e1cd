import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { LOCAL_PASSWORD } from '../../dev/cognito/sign-in.ts'
import { signInLocally } from '../../dev/cognito.ts'
import type { LocalParley } from '../../dev/local.ts'
import type { Page } from '../clients/playwright.ts'
import { type Reference, startReference } from './reference.ts'
import { watch } from './watch.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

let reference: Reference
let parley: LocalParley
let url: string
let token: string
beforeAll(async () => {
  reference = await startReference()
  ;({ parley, url } = reference)
  token = (await signInLocally(parley.stack.cognito, 'ada@example.com')).accessToken
  await fetch(`${url}/v1/session`, { method: 'POST', headers: { Authorization: `Bearer ${token}` } })
})
afterAll(() => reference?.close())

const open: Reference['open'] = (...args) => reference.open(...args)

/** The reference with a token in it. */
async function openAs(path: string) {
  const opened = await open(path)
  await opened.page.getByLabel('Access token').fill(token)
  await opened.page.getByLabel('Access token').blur()
  await opened.page.getByText(/^A token of /).waitFor()
  return opened
}

/** The form of an operation, opened. */
async function formOf(page: Page, operationId: string) {
  const form = page.locator(`#${operationId}-try`)
  if ((await form.getAttribute('open')) === null) await form.getByText('Try it').click()
  return form
}

describe('The search', () => {
  it('finds an operation by a field of its answer, with the keyboard alone', async () => {
    await using opened = await open('/docs')
    const { page } = opened
    await page.keyboard.press('/')
    await page.keyboard.type('previewPurge')
    await page.getByText('Nothing found.').waitFor()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('belowthreshold')
    await page.getByRole('option', { name: '/v1/search' }).first().waitFor()
    const titles = await page.getByRole('dialog').getByRole('option').allInnerTexts()
    const at = titles.findIndex((title) => title.includes('/v1/search'))
    for (let i = 0; i < at; i++) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/docs#search')
    expect(await page.evaluate('document.activeElement.closest(`article`).id')).toBe('search')
  })

  it('opens by Ctrl+K and closes by Escape', async () => {
    await using opened = await open('/docs')
    const { page } = opened
    await page.keyboard.press('ControlOrMeta+k')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  })
})

describe('Samples', () => {
  it('are shown in the language that was chosen last, for all operations', async () => {
    await using opened = await open('/docs')
    const { page } = opened
    await page.locator('#getMe').getByRole('tab', { name: 'curl' }).focus()
    await page.keyboard.press('End')
    const client = page.locator('#search').getByRole('tabpanel')
    expect(await client.innerText()).toContain('await parley.search({ query: ')
    await page.reload()
    await page.locator('main[aria-busy]').waitFor({ state: 'detached' })
    expect(await client.innerText()).toContain("from '@parley/client'")
    await page.locator('#search').getByRole('tab', { name: 'fetch' }).click()
    expect(await client.innerText()).toContain("/v1/search', {")
  })

  it('follow the example that is chosen, and so does the body of the form', async () => {
    await using opened = await open('/docs')
    const { page } = opened
    const form = await formOf(page, 'updateMe')
    await page.locator('#updateMe').getByRole('combobox').selectOption({ index: 1 })
    expect(await page.locator('#updateMe').getByRole('tabpanel').innerText()).toContain('"avatarUrl": null')
    expect(await form.getByLabel('Body').inputValue()).toContain('"avatarUrl": null')
  })
})

describe('Try it', () => {
  it('signs a new local user in, comes back to the operation, and calls it', async () => {
    await using opened = await open('/docs#getMe')
    const { page } = opened
    const faults = watch(page, url)
    await (await formOf(page, 'getMe')).getByRole('button', { name: 'Sign in as a local user' }).click()
    await page.getByRole('link', { name: 'Create an account' }).click()
    await page.getByLabel('Name').fill('Grace Hopper')
    await page.getByLabel('E-mail').fill('grace@example.com')
    await page.getByLabel('Password').fill('Hopper-1906')
    await page.getByRole('button').first().click()
    await page.getByRole('heading', { name: 'Confirm your e-mail' }).waitFor()
    const code = /the code is (\d{6})/.exec(await page.locator('main').innerText())?.[1] ?? ''
    await page.keyboard.type(code)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/docs#getMe-try')
    const form = page.locator('#getMe-try')
    await form.getByRole('button', { name: 'Send GET' }).click()
    await form.getByText('200 OK').waitFor()
    expect(await form.innerText()).toContain('"email": "grace@example.com"')
    // No other host than the local Cognito, and nothing that the browser keeps beyond the tab.
    const issuer = new URL(parley.stack.cognito.issuer).origin
    expect(faults.filter((fault) => !fault.startsWith(`another host: ${issuer}/`))).toEqual([])
    expect(await page.evaluate('JSON.stringify(localStorage) + document.cookie')).not.toContain('eyJ')
  })

  it('signs in a user who exists from the section on authorization, and forgets them', async () => {
    await using opened = await open('/docs#authorization')
    const { page } = opened
    const section = page.locator('.authorization')
    await section.getByRole('button', { name: 'Sign in as a local user' }).click()
    await page.getByLabel('E-mail').fill('ada@example.com')
    await page.getByLabel('Password').fill(LOCAL_PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await section.getByText(/^A token of /).waitFor()
    await section.getByRole('button', { name: 'Forget the token' }).click()
    await section.getByText('No token yet.').waitFor()
    const form = await formOf(page, 'getMe')
    await form.getByRole('button', { name: 'Send GET' }).click()
    await form.getByText('401 Unauthorized').waitFor()
    await form.locator('.problem').getByRole('link', { name: 'Give this page a token' }).click()
    await page.waitForURL('**/docs#authorization')
  })

  it('sends a changed body, shows what the answer says of itself, and knows its id in the next form', async () => {
    await using opened = await openAs('/docs')
    const { page } = opened
    const create = await formOf(page, 'createConversation')
    await create.getByLabel('Body').fill('{ "title": "From the reference" }')
    await create.getByRole('button', { name: 'Send POST' }).click()
    await create.getByText('201 Created').waitFor()
    expect(await create.locator('dt').allInnerTexts()).toEqual(
      expect.arrayContaining(['ETag', 'Server-Timing', 'X-Request-Id']),
    )
    const read = await formOf(page, 'getConversation')
    await read.getByRole('button', { name: 'Send GET' }).click()
    await read.getByText('200 OK').waitFor()
    expect(await read.innerText()).toContain('"title": "From the reference"')

    const list = await formOf(page, 'listConversations')
    await list.getByLabel('title').fill('From the')
    await list.getByRole('button', { name: 'Send GET' }).click()
    await list.getByText('200 OK').waitFor()
    expect(await list.innerText()).toContain('"title": "From the reference"')
  })

  it('says in words what is refused', async () => {
    await using opened = await openAs('/docs')
    const { page } = opened
    const form = await formOf(page, 'updateMe')
    await form.getByLabel('Body').fill('{ "firstName": 1, }')
    await form.getByRole('button', { name: 'Send PATCH' }).click()
    await form.getByRole('alert').getByText('The body is not JSON').waitFor()
    await form.getByLabel('Body').fill('{ "firstName": 1 }')
    await form.getByRole('button', { name: 'Send PATCH' }).click()
    await form.getByText('400 Bad Request').waitFor()
    expect(await form.locator('.problem').innerText()).toMatch(/invalid_request[^]*firstName: /)
  })

  it('asks before it deletes', async () => {
    await using opened = await openAs('/docs')
    const { page } = opened
    const created = await fetch(`${url}/v1/conversations`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: '{}',
    })
    const { id } = (await created.json()) as { id: string }
    const form = await formOf(page, 'deleteConversation')
    await form.getByLabel('conversationId').fill(id)
    const asked: string[] = []
    page.on('dialog', (dialog) => {
      asked.push(dialog.message())
      void (asked.length === 1 ? dialog.dismiss() : dialog.accept())
    })
    await form.getByRole('button', { name: 'Send DELETE' }).click()
    expect(asked).toEqual([expect.stringContaining(`DELETE /v1/conversations/${id}`)])
    expect(await form.locator('.result').innerText()).toBe('')
    await form.getByRole('button', { name: 'Send DELETE' }).click()
    await form.getByText('204 No Content').waitFor()
  })

  it('saves a download as a file', async () => {
    await using opened = await openAs('/docs')
    const { page } = opened
    const form = await formOf(page, 'exportMe')
    await form.getByRole('button', { name: 'Send GET' }).click()
    await form.getByText('200 OK').waitFor()
    const [download] = await Promise.all([page.waitForEvent('download'), form.getByText('Save as a file').click()])
    expect(download.suggestedFilename()).toBe('exportMe.ndjson')
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n')
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ type: 'end' })
  })
})

describe('The page', () => {
  it('goes to what its address names, and back', async () => {
    await using opened = await open('/docs#saveChat-failures')
    const { page } = opened
    const focused = () => page.evaluate<string>('document.activeElement.textContent')
    expect(await focused()).toContain('Failures')
    await page.locator('.sidebar a[href="#getUsage"]').click()
    await page.locator('.sidebar a[href="#getUsage"][aria-current]').waitFor()
    await page.goBack()
    await page.waitForURL('**/docs#saveChat-failures')
    await expect.poll(focused).toContain('Failures')
  })

  it('keeps the colours that were chosen', async () => {
    await using opened = await open('/docs', { colorScheme: 'light' })
    const { page } = opened
    const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    const light = await background()
    await page.getByRole('button', { name: 'Switch between light and dark' }).click()
    const dark = await background()
    expect(dark).not.toBe(light)
    await page.reload()
    expect(await background()).toBe(dark)
  })

  it('has a drawer on a phone, which Escape closes', async () => {
    await using opened = await open('/docs', { viewport: { width: 390, height: 844 }, isMobile: true })
    const { page } = opened
    const contents = page.getByRole('button', { name: 'Contents' })
    const link = page.locator('.sidebar a[href="#getUsage"]')
    expect(await link.isVisible()).toBe(false)
    await contents.click()
    expect(await link.isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    expect(await link.isVisible()).toBe(false)
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Contents')
  })
})
