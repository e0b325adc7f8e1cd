import type { NewMessage } from '../../src/features/messages/schemas.ts'
import { type Client, expectProblem, expectStatus } from './client.ts'
import { expect, say, shorten, step } from './report.ts'
import { PACKAGES, type PackageName, readSections } from './readmes.ts'

/** Which conversation holds which package's README. */
export type Library = Map<PackageName, string>

const GIVE_UP_MS = 60_000

/** Two users sign in; the second time is the same user. */
export async function signIn(ada: Client, grace: Client): Promise<void> {
  step('Two users sign in')
  await expectProblem(ada.v1.me.$get(), 403)
  say('GET /v1/me before that: 403, the token is good, the user is not registered yet')
  for (const client of [ada, grace]) {
    const { user } = await (await expectStatus(client.v1.session.$post(), 201)).json()
    say(`POST /v1/session: 201, ${user.name} <${user.email}> is ${user.id}`)
  }
  await expectStatus(ada.v1.session.$post(), 200)
  say('POST /v1/session once more: 200')
}

/** A first conversation, appended to and read back. */
export async function talk(ada: Client): Promise<string> {
  step('A conversation')
  const opened = await expectStatus(ada.v1.conversations.$post({ json: { title: 'Balcony garden' } }), 201)
  const { id } = await opened.json()
  const messages = ada.v1.conversations[':conversationId'].messages
  const param = { conversationId: id }
  const turns: NewMessage[] = [
    { role: 'user', content: 'Which herbs survive a windy balcony that faces north?' },
    { role: 'assistant', content: 'Mint, chives and parsley: they mind neither shade nor wind. Basil would sulk.' },
    { role: 'user', content: 'And when do I sow them?' },
  ]
  await expectStatus(messages.$post({ param, json: { messages: turns } }), 201)
  const { data } = await (await expectStatus(messages.$get({ param, query: {} }), 200)).json()
  expect(data.map(({ seq }) => seq).join() === '1,2,3', 'messages numbered 1, 2, 3')
  for (const { seq, role, content } of data) say(`${seq} ${role.padEnd(9)} ${shorten(content, 80)}`)
  return id
}

/** The READMEs of the installed packages, one conversation each. */
export async function fillLibrary(ada: Client): Promise<Library> {
  step('A library: the READMEs of installed packages, a conversation each, a section a message')
  const library: Library = new Map()
  for (const name of PACKAGES) {
    const sections = await readSections(name)
    expect(sections.length > 0, `a README of ${name}`)
    const opened = await expectStatus(ada.v1.conversations.$post({ json: { title: name, tags: ['readme'] } }), 201)
    const { id } = await opened.json()
    const messages = sections.map((content): NewMessage => ({ role: 'user', content }))
    await expectStatus(
      ada.v1.conversations[':conversationId'].messages.$post({ param: { conversationId: id }, json: { messages } }),
      201,
    )
    library.set(name, id)
  }
  say(`${library.size} READMEs appended`)
  await waitForEmbeddings(ada)
  return library
}

async function waitForEmbeddings(ada: Client): Promise<void> {
  for (const deadline = Date.now() + GIVE_UP_MS; ;) {
    const answer = await expectStatus(ada.v1.search.$post({ json: { query: 'anything', limit: 1 } }), 200)
    const { pendingEmbeddings } = await answer.json()
    if (pendingEmbeddings === 0) return say('every message has its vector')
    expect(Date.now() < deadline, `all messages embedded, ${pendingEmbeddings} wait`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** The list, page by page. */
export async function list(ada: Client, total: number): Promise<void> {
  step('The list, newest activity first, by cursor')
  const seen = new Set<string>()
  let cursor: string | null = null
  for (let page = 1; page === 1 || cursor !== null; page += 1) {
    const query: { limit: string; cursor?: string } = { limit: '8', ...(cursor !== null && { cursor }) }
    const answer = await (await expectStatus(ada.v1.conversations.$get({ query }), 200)).json()
    say(`page ${page}`)
    for (const { id, title, messageCount, lastMessage } of answer.data) {
      expect(!seen.has(id), 'no conversation on two pages')
      seen.add(id)
      say(
        `  ${(title ?? '').padEnd(28)} ${String(messageCount).padStart(3)}  ${shorten(lastMessage?.preview ?? '', 60)}`,
      )
    }
    cursor = answer.nextCursor
  }
  expect(seen.size === total, `${total} conversations on all pages, not ${seen.size}`)
}
