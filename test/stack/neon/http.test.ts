import { neon } from '@neondatabase/serverless'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases, post, proxyFailure, type Stack } from './harness.ts'

const START_MS = 60_000
const LIMIT = 10 * 1024 * 1024
const UNREADABLE = 'could not parse the HTTP request body: '

const connection = (text: string | undefined) => ({ 'neon-connection-string': text })
/** A request of exactly that size. */
const bodyOf = (bytes: number) => {
  const empty = JSON.stringify({ query: 'select length($1) as n', params: [''] })
  return empty.replace('""', `"${'x'.repeat(bytes - empty.length)}"`)
}

describe.each(databases)('on %s, the endpoint', (_, start) => {
  let stack: Stack
  beforeAll(async () => {
    stack = await start()
  }, START_MS)
  afterAll(() => stack.close())

  const query = (text: string, headers = {}, params: unknown[] = []) => post(stack, { query: text, params }, headers)
  const url = () => `http://${stack.endpoint.host}:${stack.endpoint.port}`

  describe('writes values', () => {
    const values = `select 1::int2 as i, 2::int8 as l, 1.5::float8 as f, 'NaN'::float4 as n, true as b, null as nothing,
      '{"a": [1]}'::jsonb as j, '{1,NULL}'::int4[] as a, '{{t},{f}}'::bool[] as bb, array['a,"b"', 'NULL', '']::text[] as t,
      '[2:2]={0.5}'::float8[] as bounds, 1.10::numeric as d, array['{"x":"}"}'::jsonb] as js`

    test('as JSON', async () => {
      expect((await query(values)).json).toMatchObject({
        rowAsArray: false,
        rows: [
          {
            i: 1,
            l: '2',
            f: 1.5,
            n: 'NaN',
            b: true,
            nothing: null,
            j: { a: [1] },
            a: [1, null],
            bb: [[true], [false]],
            t: ['a,"b"', 'NULL', ''],
            bounds: [0.5],
            d: '1.10',
            js: [{ x: '}' }],
          },
        ],
      })
    })

    test('as text on request', async () => {
      const headers = { 'neon-raw-text-output': 'true', 'neon-array-mode': 'true' }
      const row = ['1', '2', '1.5', 'NaN', 't', null, '{"a": [1]}', '{1,NULL}']
      expect((await query(values, headers)).json).toMatchObject({
        rowAsArray: true,
        rows: [expect.arrayContaining(row)],
      })
    })

    test('as JSON when the request is not quite for text', async () => {
      expect((await query('select 1 as a', { 'neon-raw-text-output': 'TRUE' })).json).toMatchObject({
        rows: [{ a: 1 }],
      })
    })
  })

  test('reads parameters of every JSON kind', async () => {
    const params = [null, 1.5, true, 'a"b\\', { a: 'ü"' }, [1, null, 'x"y\\', true], [[1], [2]], [{ b: 1 }], []]
    const text = params.map((_, i) => `$${i + 1}::text`).join(', ')
    const { json } = await query(`select ${text}`, { 'neon-array-mode': 'true' }, params)
    const row = [
      null,
      '1.5',
      'true',
      'a"b\\',
      '{"a":"ü\\""}',
      '{1,NULL,"x\\"y\\\\",true}',
      '{{1},{2}}',
      '{"{\\"b\\":1}"}',
      '{}',
    ]
    expect(json).toMatchObject({ rows: [row] })
  })

  describe('refuses', () => {
    test.each([
      ['no connection string', connection(undefined), 'invalid header: neon-connection-string'],
      ['one that is no URL', connection('nonsense'), 'invalid connection string: relative URL without a base'],
      ['another scheme', connection('mysql://a:b@c/d'), 'incorrect scheme'],
      ['no database', connection('postgres://a:b@c'), 'missing database name'],
      ['no user', connection('postgres://c/d'), 'missing username'],
      ['an unknown isolation level', { 'neon-batch-isolation-level': 'Chaos' }, 'invalid isolation level'],
    ])('a request with %s', async (_, headers, message) => {
      expect(await query('select 1', headers)).toMatchObject({ status: 400, json: proxyFailure(message) })
    })

    test.each([
      ['is not JSON', '{"query": '],
      ['is empty', ''],
      ['is no object', '[]'],
      ['has no query', { params: [] }],
      ['has a query that is no text', { query: 1 }],
      ['has parameters that are no list', { query: 'select 1', params: 'x' }],
      ['has an arrayMode that is no boolean', { query: 'select 1', arrayMode: 1 }],
      ['has a batch that holds something else', { queries: [{ query: 'select 1' }, 2] }],
      ['has half a character in a parameter', '{"query": "select $1::text", "params": ["\\ud83d"]}'],
    ])('a body that %s', async (_, body) => {
      const { status, json } = await post(stack, body)
      expect(status).toBe(400)
      expect(json).toHaveProperty('message', expect.stringContaining(UNREADABLE))
    })

    test('a query with a NUL byte', async () => {
      const message = 'error encoding message to server: string contains embedded null'
      expect(await query('select \0')).toMatchObject({ status: 400, json: proxyFailure(message) })
    })

    test('more parameters than its protocol counts', async () => {
      const message = 'error encoding message to server: value too large to transmit'
      const params = Array.from({ length: 32_768 }, () => 1)
      expect(await query('select 1', {}, params)).toMatchObject({ status: 400, json: proxyFailure(message) })
    })

    test.each(['copy authors from stdin', 'COPY (select 1)\n TO STDOUT'])('%s', async (copy) => {
      expect(await query(copy)).toMatchObject({ status: 400, json: proxyFailure('unexpected message from server') })
      expect(await query('select 1 as a')).toMatchObject({ json: { rows: [{ a: 1 }] } })
    })

    test('another path and another method', async () => {
      for (const response of [await fetch(`${url()}/other`, { method: 'POST' }), await fetch(`${url()}/sql`)]) {
        expect(response.status).toBe(400)
        expect(await response.json()).toBe('query is not supported')
      }
    })
  })

  describe('limits', () => {
    test('a request to 10 MiB', async () => {
      expect(await post(stack, bodyOf(LIMIT))).toMatchObject({ status: 200, json: { rowCount: 1 } })
      expect(await post(stack, bodyOf(LIMIT + 1))).toMatchObject({
        status: 413,
        json: proxyFailure(`request is too large (max is ${LIMIT} bytes)`),
      })
    })

    test('a response to 10 MiB, in one row or in many', async () => {
      const tooLarge = { status: 507, json: proxyFailure(`response is too large (max is ${LIMIT} bytes)`) }
      expect(await query(`select repeat('x', ${LIMIT - 100})`)).toMatchObject({ status: 200 })
      expect(await query(`select repeat('x', ${LIMIT})`)).toMatchObject(tooLarge)
      expect(await query(`select repeat('x', 1000) from generate_series(1, 20000)`)).toMatchObject(tooLarge)
      expect(await query('select 1')).toMatchObject({ status: 200 })
    })

    test('so that the driver tells which it was', async () => {
      const sql = neon(stack.connectionString(stack.owner))
      await expect(sql.query('select $1', ['x'.repeat(LIMIT)])).rejects.toThrow('Server error (HTTP status 413)')
      await expect(sql`select repeat('x', ${LIMIT})`).rejects.toThrow('Server error (HTTP status 507)')
    })
  })

  test('answers browsers from anywhere', async () => {
    const preflight = await fetch(`${url()}/sql`, { method: 'OPTIONS' })
    expect(preflight.status).toBe(200)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Neon-Connection-String')
    expect((await query('select 1')).headers.get('access-control-allow-origin')).toBe('*')
  })
})
