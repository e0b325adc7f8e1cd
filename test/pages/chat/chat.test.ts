import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import {
  addDocument,
  answered,
  ask,
  type ChatBed,
  drop,
  HANDBOOK,
  QUESTION,
  screenshot,
  signIn,
  signUp,
  startChatBed,
} from './harness.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 180_000 })

const QUOTE = 'Apple trees are pruned in late winter, before the buds swell.'

let bed: ChatBed
beforeAll(async () => void (bed = await startChatBed()))
afterAll(() => bed?.close())

it('A newcomer signs up, drops a document, and gets an answer that quotes it', async () => {
  const { page, faults } = await bed.open()
  await screenshot(page, 'welcome')
  await signUp(page, 'Grace Hopper', 'grace@example.com')
  await page.getByText('Your conversations will be listed here.').waitFor()
  await screenshot(page, 'empty')
  await drop(page, 'main', HANDBOOK)
  await page.getByLabel('Added documents').getByText('Ready').waitFor()
  await page.getByRole('heading', { name: 'What would you like to know?' }).waitFor()
  await ask(page)
  const answer = page.locator('.message.assistant')
  expect(await answer.locator('blockquote').first().innerText()).toContain(QUOTE)
  expect(await answer.getByText('Rehearsal', { exact: true }).count()).toBe(1)
  expect(await answer.innerText()).toContain('no model was asked')
  expect(page.url()).toMatch(/\/chat\/[\w-]+$/)
  await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: QUESTION }).waitFor()

  await page.reload()
  await answered(page, QUESTION)
  expect(await answer.locator('blockquote').first().innerText()).toContain(QUOTE)
  await screenshot(page, 'conversation')
  await page.getByLabel('Sources').getByRole('link', { name: 'Orchard handbook › Apples' }).click()
  await page.getByRole('heading', { name: 'Orchard handbook' }).waitFor()
  expect(await page.locator('mark').innerText()).toMatch(new RegExp(`^${QUOTE}`))
  await screenshot(page, 'source')
  expect(faults).toEqual([])
  await page.context().close()
})

it('Who signs out leaves nothing for the next user of the browser', async () => {
  const { page, faults } = await bed.openSignedIn({ host: '127.0.0.1' })
  await addDocument(page)
  await ask(page)
  const address = page.url()
  const other = await bed.openSignedIn()
  await other.page.context().close()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in or sign up' }).waitFor()
  expect(await page.evaluate('JSON.stringify([{ ...sessionStorage }, { ...localStorage }])')).not.toContain('token')

  await signIn(page, other.email)
  await page.getByText('Your conversations will be listed here.').waitFor()
  await page.getByRole('link', { name: 'Documents' }).click()
  await page.getByText('You have no documents yet.').waitFor()
  expect(faults).toEqual([])
  await page.goto(address)
  await page.getByRole('heading', { name: 'Conversation not found' }).waitFor()
  await page.context().close()
})

it('An edit and another answer become branches, which stay', async () => {
  const { page, faults } = await bed.openSignedIn()
  await addDocument(page)
  await ask(page)
  const second = 'How are pear trees pruned?'
  const question = page.locator('.message.user')
  const answer = page.locator('.message.assistant')
  await question.getByRole('button', { name: 'Edit' }).click()
  await page.getByLabel('Edit the question').fill(second)
  await page.getByRole('button', { name: 'Ask' }).click()
  await page.getByRole('group', { name: 'Version 2 of 2' }).waitFor()
  await answered(page, second)
  expect(await answer.innerText()).toContain('Pear trees want a lighter hand')
  await screenshot(page, 'branches')

  await page.getByRole('button', { name: 'Previous version' }).click()
  await answered(page, QUESTION)
  expect(await answer.innerText()).toContain(QUOTE)
  await answer.getByRole('button', { name: 'Answer again' }).click()
  await answer.getByRole('group', { name: 'Version 2 of 2' }).waitFor()
  expect(await question.getByRole('group', { name: 'Version 1 of 2' }).count()).toBe(1)

  await page.reload()
  await answer.getByRole('group', { name: 'Version 2 of 2' }).waitFor()
  await question.getByRole('button', { name: 'Next version' }).click()
  await answered(page, second)
  expect(await answer.getByRole('group').count()).toBe(0)
  expect(faults).toEqual([])
  await page.context().close()
})

it('An answer that is stopped stays as far as it came', async () => {
  const { page, faults } = await bed.openSignedIn()
  const long = `Prune apple trees so. ${'Then step back and look at the tree again, from every side. '.repeat(9)}`
  await addDocument(page, { name: 'long.txt', text: long })
  await page.getByLabel('Your question').fill(QUESTION)
  await page.getByLabel('Your question').press('Enter')
  await page.locator('blockquote').getByText('step back').waitFor()
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByText('Stopped', { exact: true }).waitFor()
  await answered(page, QUESTION)
  await page.reload()
  await page.getByText('Stopped', { exact: true }).waitFor()
  const text = await page.locator('blockquote').innerText()
  expect(text).toContain('step back')
  expect(text.length).toBeLessThan(long.length - 100)
  // The conversation goes on after it.
  await ask(page, 'And how are pear trees pruned?')
  expect(faults).toEqual([])
  await page.context().close()
})

it('Nothing that fits is said so, and what is no text is refused', async () => {
  const { page, faults } = await bed.openSignedIn()
  await ask(page, 'What is the capital of Mongolia?')
  expect(await page.locator('.message.assistant').innerText()).toContain('Nothing you have stored')
  await drop(page, 'main', { name: 'photo.png', text: 'PNG' }, { name: 'empty.md', text: ' ' })
  const added = page.getByLabel('Added documents')
  await added.getByText('Only Markdown and plain text can be added.').waitFor()
  await added.getByText('The file is empty.').waitFor()
  await added.getByRole('button', { name: 'Dismiss photo.png' }).click()
  await added.getByRole('button', { name: 'Dismiss empty.md' }).click()
  expect(await added.count()).toBe(0)
  expect(faults).toEqual([])
  await page.context().close()
})

it('A conversation is pinned, renamed, found by its title, deleted and brought back', async () => {
  const { page, faults } = await bed.openSignedIn()
  const list = page.getByRole('navigation', { name: 'Conversations' })
  await ask(page, 'Which tulips bloom first?')
  await page.getByRole('link', { name: 'New chat' }).click()
  await ask(page, 'Where do swallows nest?')

  await list.getByRole('link', { name: 'Which tulips bloom first?' }).click()
  await answered(page, 'Which tulips bloom first?')
  await page.getByRole('button', { name: 'Pin' }).click()
  await list.getByRole('region', { name: 'Pinned' }).getByRole('link', { name: 'Which tulips bloom first?' }).waitFor()
  await page.getByRole('button', { name: 'Rename' }).click()
  await page.getByLabel('Title', { exact: true }).fill('Bulbs')
  await page.keyboard.press('Enter')
  await list.getByRole('link', { name: 'Bulbs' }).waitFor()
  await page.reload()
  await page.getByRole('heading', { name: 'Bulbs' }).waitFor()

  await page.getByLabel('Filter conversations by title').fill('swallow')
  await expect.poll(() => list.getByRole('link').allInnerTexts()).toEqual(['Where do swallows nest?'])
  await page.getByLabel('Filter conversations by title').fill('nothing has this')
  await page.getByText('No title matches.').waitFor()
  await page.getByLabel('Filter conversations by title').fill('')

  await list.getByRole('link', { name: 'Bulbs' }).waitFor()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByText('“Bulbs” is in the trash.').waitFor()
  await list.getByRole('link', { name: 'Bulbs' }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Undo' }).click()
  await list.getByRole('link', { name: 'Bulbs' }).waitFor()
  await answered(page, 'Which tulips bloom first?')
  expect(faults).toEqual([])
  await page.context().close()
})

const CIDER = {
  name: 'cider.md',
  text: `# Cider house notes

## Pressing

Apples sweat in the loft for two weeks before pressing; those with bruises go first.

## Keeping

Apples for cider keep in storage for six weeks at most: after that they turn mealy, and the juice stays cloudy.
`,
}

it('An answer quotes several documents; the pinned conversation comes first', async () => {
  const { page, faults } = await bed.open()
  await signUp(page, 'Grace Hopper', 'grace.hopper@example.com')
  await addDocument(page)
  await addDocument(page, CIDER)
  for (const question of ['How are pear trees pruned?', 'Note: our Boskoop apples keep in storage until March.']) {
    await ask(page, question)
    await page.getByRole('link', { name: 'New chat' }).click()
  }
  const list = page.getByRole('navigation', { name: 'Conversations' })
  await list.getByRole('link', { name: 'How are pear trees pruned?' }).click()
  await answered(page, 'How are pear trees pruned?')
  await page.getByRole('button', { name: 'Pin' }).click()
  await list.getByRole('region', { name: 'Pinned' }).waitFor()
  await page.getByRole('link', { name: 'New chat' }).click()
  await ask(page, 'How long do apples last?')
  await page.locator('.message.user').getByRole('button', { name: 'Edit' }).click()
  await page.getByLabel('Edit the question').fill('How long do apples keep in storage?')
  await page.getByRole('button', { name: 'Ask' }).click()
  await page.getByRole('group', { name: 'Version 2 of 2' }).waitFor()
  await answered(page, 'How long do apples keep in storage?')
  const sources = page.getByLabel('Sources').getByRole('link')
  expect((await sources.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '))).toEqual(
    expect.arrayContaining([
      expect.stringContaining('Cider house notes › Keeping'),
      expect.stringContaining('Orchard handbook › Storage'),
      expect.stringContaining('Note: our Boskoop apples'),
    ]),
  )
  await expect.poll(() => list.getByRole('link').first().innerText()).toBe('How are pear trees pruned?')
  // docs/chat.png
  await screenshot(page, 'readme')
  expect(faults).toEqual([])
  await page.context().close()
})
