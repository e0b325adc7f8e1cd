import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFindings } from '../../../dev/upgrade/findings.ts'
import { differences, readEverything, readExport } from '../../../dev/upgrade/read-back.ts'

const parameters = [{ name: 'cursor', in: 'query', schema: { type: 'string' } }]
const get = (operationId: string, isList = false) => ({ get: { operationId, ...(isList && { parameters }) } })
const document = {
  paths: {
    '/healthz': get('getHealth'),
    '/v1/me': get('getMe'),
    '/v1/books': { ...get('listBooks', true), post: { operationId: 'createBook' } },
    '/v1/books/{bookId}': get('getBook'),
    '/v1/books/{bookId}/pages': get('listPages', true),
    '/v1/books/{bookId}/pages/{pageId}': get('getPage'),
  },
}

/** Answers by path; every other one is a 500. */
let answers: Record<string, unknown> = {}
let asked: string[] = []
const server = createServer(({ url = '' }, response) => {
  asked.push(url)
  const answer = answers[url]
  response.statusCode = answer === undefined ? 500 : 200
  response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? { code: 'internal' }))
})
let url: string
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
})
afterAll(() => void server.close())

const page = (ids: string[], nextCursor: string | null = null) => ({ data: ids.map((id) => ({ id })), nextCursor })

async function read() {
  asked = []
  const findings = createFindings()
  const count = await readEverything({ url, document, token: '', findings })
  return { count, faults: findings.faults() }
}

describe('Reading everything', () => {
  const whole = {
    '/v1/me': {},
    '/v1/books?limit=10': page(['a:1'], 'next'),
    '/v1/books?limit=10&cursor=next': page(['b']),
    '/v1/books/a%3A1': {},
    '/v1/books/b': {},
    '/v1/books/a%3A1/pages?limit=10': page(['1']),
    '/v1/books/b/pages?limit=10': page([]),
    '/v1/books/a%3A1/pages/1': {},
  }
  it('reads every page of every list, and every item once', async () => {
    answers = whole
    expect(await read()).toEqual({ count: 7, faults: [] })
    expect(asked.toSorted()).toEqual(Object.keys(whole).toSorted())
  })

  it('names the operation that fails', async () => {
    const { '/v1/books/a%3A1/pages/1': _, ...rest } = whole
    answers = rest
    const { faults } = await read()
    expect(faults).toEqual(['getPage, read back: GET /v1/books/a%3A1/pages/1 answered 500 internal'])
  })
})

describe('An export', () => {
  const lines = [{ type: 'export' }, { type: 'user', id: '1' }, { type: 'end' }].map((line) => JSON.stringify(line))

  it.each([
    ['complete when its last line says so', lines, []],
    ['broken off otherwise', lines.slice(0, -1), ['exportMe: the last line is of type user, not end']],
  ])('is %s', async (_, sent, faults) => {
    answers = { '/v1/me/export': `${sent.join('\n')}\n` }
    const findings = createFindings()
    await readExport({ url, token: '', findings })
    expect(findings.faults()).toEqual(faults)
  })

  const before = [
    { type: 'conversation', id: '1', title: 'Lisbon', metadata: { a: 1 }, tags: ['x'] },
    { type: 'message', id: '2', content: 'Hello' },
  ]

  it('may have more in a later version: lines, fields, and fields of fields', () => {
    const after = [
      { ...before[0], type: 'conversation', metadata: { a: 1, b: 2 }, name: 'Lisbon' },
      { type: 'message', id: '2', content: 'Hello' },
      { type: 'note', id: '3' },
    ]
    expect(differences(before, after)).toEqual([])
  })

  it('tells messages with the same id in several conversations apart', () => {
    const messages = ['1', '2'].map((conversationId) => ({ type: 'message', id: 'welcome', conversationId, seq: 1 }))
    expect(differences(messages, messages)).toEqual([])
    expect(differences(messages, messages.slice(1))).toEqual(['a line of type message is missing'])
  })

  it('may lack no line, and change no value', () => {
    const after = [{ ...before[0], type: 'conversation', title: null, tags: ['x', 'y'] }]
    expect(differences(before, after)).toEqual([
      'conversation.title differs',
      'conversation.tags differs',
      'a line of type message is missing',
    ])
  })
})
