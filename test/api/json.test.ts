import { beforeAll, describe, expect, it } from 'vitest'
import { findRounded, parseJson } from '../../src/http/json.ts'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, expectRefused, openConversation, type Page, read } from './helpers.ts'
import { type ImportReport, send } from './import-helpers.ts'

const MIB = 1024 * 1024
const LIST = '/v1/conversations'
/** The first integer that a double cannot hold, and its neighbour that it can. */
const ROUNDED = '9007199254740993'
const EXACT = '9007199254740994'
const api = createApi()
let ada: TestUser
let id: string

beforeAll(async () => {
  ada = await api.newUser()
  id = (await openConversation(ada)).id
})

/** Sends the text as JSON. */
const call = (method: string, path: string, body: string) =>
  api.call(method, path, {
    body,
    headers: { Authorization: `Bearer ${ada.accessToken}`, 'Content-Type': 'application/json' },
  })

const closed = (open: string, close: string, bytes: number) => {
  const depth = Math.floor(bytes / (open.length + close.length))
  return open.repeat(depth) + (open.endsWith(':') ? '0' : '') + close.repeat(depth)
}

/** Lists that are nested so deep, too many of them to be let through uncounted. */
const many = (depth: number) => `[${`${closed('[', ']', 2 * depth - 2)},`.repeat(10_000)}[]]`
const documents = () => '/v1/documents'

describe('Nesting is refused before it is parsed', () => {
  // Five mebibytes of it take 145 MiB in V8, more than an isolate has.
  it.each([
    ['lists in a body', documents, closed('[', ']', 5 * MIB - 99), /^0(\.0)+$/],
    ['objects in a body', documents, closed('{"a":', '}', 5 * MIB - 99), /^a(\.a)+$/],
    ['lists in metadata', documents, `{"metadata":{"a":${closed('[', ']', 4 * MIB)}}}`, /^metadata\.a(\.0)+$/],
    ['lists with long names', documents, `{"${'x'.repeat(MIB)}":${closed('[', ']', 3 * MIB)}}`, /^x{128}…$/],
    ['lists that are never closed', documents, '['.repeat(4 * MIB), /^0(\.0)+$/],
    ['lists in an import', () => '/v1/import', closed('[', ']', 5 * MIB - 99), /^0(\.0)+$/],
  ])('%s', async (_, path, body, named) => {
    const parse = JSON.parse
    let parsed = 0
    JSON.parse = (text: string, ...rest) => {
      parsed = Math.max(parsed, text.length)
      return parse(text, ...rest) as unknown
    }
    const response = await call('POST', path(), body).finally(() => (JSON.parse = parse))
    // A token's claims, or the name of a member.
    expect(parsed).toBeLessThan(2 * MIB)
    const { errors } = await expectProblem(response, 400, 'invalid_request')
    expect(errors?.[0]).toEqual({
      path: expect.stringMatching(named),
      message: 'must not be nested deeper than 32 levels',
    })
  })

  it('in a line of an import, which alone is refused', async () => {
    const deep = `{"type":"message","content":${closed('[', ']', 2 * MIB)}}`
    const file = `${deep}\n{"type":"conversation","id":"after-the-deep"}\n`
    const report = await read<ImportReport>(send(api, ada, file))
    expect(report.errors).toEqual([{ line: 1, message: 'must not be nested deeper than 32 levels' }])
    expect(report.taken).toEqual({ conversation: 1 })
  })

  it('but 33 lists in each other are fine, and a path is named where there are more', () => {
    expect(parseJson(many(33))[1]).toBeNull()
    expect(parseJson(many(34))[1]).toMatchObject({ path: `0${'.0'.repeat(32)}` })
  })

  it('and so are more lists and objects than there is memory for', async () => {
    const empty = `[${'{},'.repeat(MIB)}{}]`
    const { errors } = await expectProblem(await call('POST', '/v1/import', empty), 400, 'invalid_request')
    expect(errors).toEqual([{ path: '(root)', message: 'must not have more than 400000 lists and objects' }])
  })

  it('whatever strings say', () => {
    const text = JSON.stringify({ code: '[{"\\'.repeat(100_000), list: [['\\"[[['.repeat(100_000)]] })
    expect(parseJson(text)).toEqual([JSON.parse(text), null])
  })
})

const message = (metadata: string) =>
  `{"id":"${crypto.randomUUID()}","role":"user","parts":[{"type":"text","text":"x"}],"metadata":${metadata}}`

describe('An integer that a double cannot hold', () => {
  const embedding = JSON.stringify(Array.from({ length: 1536 }, (_, i) => Math.sin(i + 1)))
  const withNumber = `{"order":{"ids":[1,${ROUNDED}]}}`
  it.each([
    ['POST', () => LIST, `{"metadata":${withNumber}}`, 'metadata'],
    ['PATCH', () => `${LIST}/${id}`, `{"metadata":${withNumber}}`, 'metadata'],
    ['POST', () => `${LIST}/${id}/messages`, `{"role":"user","content":"x","metadata":${withNumber}}`, 'metadata'],
    [
      'POST',
      () => `${LIST}/${id}/messages`,
      `{"messages":[{"role":"user","content":"x"},{"role":"user","content":"x","metadata":${withNumber}}]}`,
      'messages.1.metadata',
    ],
    ['POST', () => '/v1/documents', `{"title":"t","content":"x","metadata":${withNumber}}`, 'metadata'],
    ['POST', () => '/v1/vectors', `{"embedding":${embedding},"metadata":${withNumber}}`, 'metadata'],
  ])('is refused in metadata: %s %#', async (method, path, body, at) => {
    await expectRefused(await call(method, path(), body), `${at}.order.ids.1`)
  })

  it.each([
    ['eq', `{"key":"n","eq":${ROUNDED}}`, 'eq'],
    ['in', `{"key":"n","in":[1,-${ROUNDED}]}`, 'in.1'],
    ['a nested condition', `{"and":[{"key":"n","eq":1},{"or":[{"key":"n","lt":${ROUNDED}}]}]}`, 'and.1.or.0.lt'],
  ])('is refused in a filter of search: %s', async (_, filter, at) => {
    const body = `{"query":"x","mode":"keyword","filter":{"metadata":${filter}}}`
    await expectRefused(await call('POST', '/v1/search', body), `filter.metadata.${at}`)
  })

  it('is refused in ?metadata=', async () => {
    const response = await ada.get(`${LIST}?metadata=${encodeURIComponent(withNumber)}`)
    const { errors } = await expectProblem(response, 400, 'invalid_request')
    expect(errors).toMatchObject([{ path: 'metadata', message: expect.stringMatching(/^order\.ids\.1 must be/) }])
  })

  it('is refused in a line of an import, and in a UIMessage', async () => {
    const line = `{"type":"conversation","id":"rounded","metadata":${withNumber}}\n{"type":"conversation","id":"exact"}\n`
    const lines = await read<ImportReport>(send(api, ada, line))
    expect(lines.errors).toMatchObject([{ line: 1, path: 'metadata.order.ids.1' }])
    expect(lines.taken).toEqual({ conversation: 1 })
    const list = `[${message('{}')},${message(withNumber)}]`
    const report = await read<ImportReport>(send(api, ada, list, 'application/json'))
    expect(report.errors).toMatchObject([{ line: 1, path: 'metadata.order.ids.1' }])
    expect(report.taken).toMatchObject({ message: 1 })
  })

  it('is kept as a double in what is not the client’s own: inputs and outputs of tools, usage', async () => {
    const part = `{"type":"tool-t","toolCallId":"c","state":"output-available","input":{"id":${ROUNDED}},"output":{"id":${ROUNDED}}}`
    const body = `{"role":"assistant","parts":[${part}],"usage":{"raw":{"id":${ROUNDED}}},"metadata":{"id":1}}`
    expect((await call('POST', `${LIST}/${id}/messages`, body)).status).toBe(201)
    const { data } = await read<Page<{ parts: unknown }>>(ada.get(`${LIST}/${id}/messages`))
    expect(data[0]?.parts).toMatchObject([{ input: { id: Number(ROUNDED) } }])
  })

  it.each([
    ['one that it can hold', EXACT],
    ['a negative one that it can hold', `-${EXACT}`],
    ['a fraction', '0.12345678901234567890'],
    ['a number with an exponent', '9007199254740993e0'],
    ['what Postgres makes of 1e300', `1${'0'.repeat(300)}`],
    ['digits in a text', `"${ROUNDED}"`],
  ])('is not %s', async (_, number) => {
    const body = `{"metadata":{"n":${number}}}`
    const created = await read<{ id: string }>(call('POST', LIST, body), 201)
    expect(await read(ada.get(`${LIST}/${created.id}`))).toMatchObject(JSON.parse(body) as object)
  })

  it.each([
    ['[9007199254740993]', ['0']],
    ['{"a":[{"b":1},{"c\\"\\u0064":[[-9007199254740993]]}]}', ['a', '1', 'c"d', '0', '0']],
    ['{"a":{"x":[[1]]},"b":{"x":[[ 12345678901234567168 ]]}}', ['b', 'x', '0', '0']],
    ['{"a":[9007199254740994,1e25,10000000000000000000000000],"b":1.9007199254740993}', null],
    ['{"a":{"n":9007199254740993},"a":5}', null],
    ['{"toString":[9007199254740993],"length":[1]}', ['toString', '0']],
    [`[1${'0'.repeat(299)}1]`, ['0']],
    [`[${'7'.repeat(400)}]`, null],
  ])('is found in %.60s', (text, path) => {
    const [value] = parseJson(text)
    expect(value).toEqual(JSON.parse(text))
    expect(findRounded(value)).toEqual(path)
  })

  it('is found wherever it is (compared with the reviver of JSON.parse)', () => {
    let seed = 7
    const dice = (n: number) => ((seed = (seed * 1103515245 + 12345) % 2 ** 31), seed % n)
    const value = (depth: number): string => {
      const kind = dice(depth > 4 ? 4 : 6)
      if (kind === 0) return JSON.stringify('"[{]},:\\9007199254740993 '.slice(dice(24)))
      if (kind === 1) return ['1', ROUNDED, EXACT, '-1.5e-7', '0'][dice(5)] ?? ''
      if (kind === 2) return ['true', 'null', ' [] ', '{ }'][dice(4)] ?? ''
      if (kind === 3) return `-${ROUNDED}`
      const items = Array.from({ length: dice(4) }, () => value(depth + 1))
      if (kind === 4) return `[${items.join(' , ')}]`
      return `{${items.map((item, i) => `"k\\"${i}" : ${item}`).join()}}`
    }
    for (let turn = 0; turn < 2_000; turn++) {
      const text = value(0)
      let expected = false
      JSON.parse(text, (_key, number: unknown, ...[context]: [] | [{ source?: string }]) => {
        const source = context?.source
        if (typeof number === 'number' && source === ROUNDED.padStart(source?.length ?? 0, '-')) expected = true
        return number
      })
      const [parsed] = parseJson(text)
      const path = findRounded(parsed)
      const inContainer = typeof parsed === 'object' && parsed !== null
      expect([text, path !== null]).toEqual([text, expected && inContainer])
      const found = path?.reduce<unknown>((holder, key) => (holder as Record<string, unknown>)[key], parsed)
      if (path) expect(Math.abs(found as number)).toBe(Number(ROUNDED))
    }
  })
})
