import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { createSchemas, type JsonSchema } from '../../dev/openapi/schemas.ts'
import { attachments, model, usage } from '../../src/features/messages/attachments.ts'
import { messageParts, partsOf, readParts, textOf } from '../../src/features/messages/parts.ts'
import type { AppEnv } from '../../src/http/app-env.ts'
import type { OperationDescription } from '../../src/http/openapi.ts'
import { validate } from '../../src/http/validate.ts'
import { createTrace } from '../../src/trace.ts'
import { expectRefused, read } from './helpers.ts'
import { FOREIGN, PLAIN, PNG, stateOf, toolParts, TURN } from './parts-fixtures.ts'

const body = z.strictObject({
  parts: messageParts.optional(),
  attachments: attachments.optional(),
  usage: usage.optional(),
  model: model.optional(),
})
/** Answers with what it has taken, as any route would. */
const app = new Hono<AppEnv>()
  .use(async (c, next) => {
    c.set('trace', createTrace('parts'))
    await next()
    c.res.headers.set('X-Request-Id', 'parts')
  })
  .post('/', validate('json', body), (c) => c.json(c.req.valid('json')))

const sendText = (text: string) =>
  Promise.resolve(app.request('/', { method: 'POST', body: text, headers: { 'Content-Type': 'application/json' } }))
const MIB = 1024 * 1024
const sendWithin = (maxBody: number, value: Record<string, unknown>) => {
  const large = new Hono<AppEnv>()
    .use(async (c, next) => {
      c.set('operation', { maxBody } as OperationDescription)
      await next()
    })
    .route('/', app)
  const headers = { 'Content-Type': 'application/json' }
  return Promise.resolve(large.request('/', { method: 'POST', body: JSON.stringify(value), headers }))
}
const send = (value: z.input<typeof body> | Record<string, unknown>) => sendText(JSON.stringify(value))

describe('Parts', () => {
  it.each([...PLAIN, ...toolParts, ...FOREIGN])('of $type $state are taken as they are', async (part) => {
    expect(await read(send({ parts: [part] }))).toStrictEqual({ parts: [JSON.parse(JSON.stringify(part))] })
  })

  it('of a whole turn come back in their order', async () => {
    expect(await read(send({ parts: TURN }))).toEqual({ parts: TURN })
    expect(await read(send({ parts: [] }))).toEqual({ parts: [] })
  })

  it('of a tool call lack what JSON cannot say', async () => {
    const part = { type: 'tool-log', toolCallId: 'c', state: 'output-available', input: {}, output: undefined }
    const unread = { type: 'tool-log', toolCallId: 'd', state: 'output-error', input: undefined, errorText: '' }
    const streaming = { type: 'tool-log', toolCallId: 'e', state: 'input-streaming', input: undefined }
    expect((await send({ parts: [part, unread, streaming] })).status).toBe(200)
  })
})

const text = { type: 'text', text: 'Hi' }
const file = { type: 'file', mediaType: 'image/png', url: PNG }

/** The second part is the bad one. */
const REFUSED: [what: string, part: unknown, ...paths: string[]][] = [
  ['no object', 'Hi', 'parts.1'],
  ['null', null, 'parts.1'],
  ['a list', [], 'parts.1'],
  ['without a type', { text: 'Hi' }, 'parts.1.type'],
  ['with an empty type', { type: '' }, 'parts.1.type'],
  ['with a number for a type', { type: 7 }, 'parts.1.type'],
  ['a text without one', { type: 'text' }, 'parts.1.text'],
  ['with all wrong', { type: 'text', text: 7, state: null }, 'parts.1.text', 'parts.1.state'],
  ['a reasoning of numbers', { type: 'reasoning', text: 7 }, 'parts.1.text'],
  ['a tool whose state is no text', { ...stateOf('input-available'), state: {} }, 'parts.1.state'],
  ['a tool whose call is no text', { ...stateOf('input-available'), toolCallId: 7 }, 'parts.1.toolCallId'],
  ['a dynamic tool whose name is none', { type: 'dynamic-tool', toolName: [] }, 'parts.1.toolName'],
  ['a file whose address is none', { ...file, url: { href: 'https://a.example' } }, 'parts.1.url'],
]

describe('A part', () => {
  it.each(REFUSED)('that is %s is refused with its path', async (_, part, ...paths) => {
    await expectRefused(await send({ parts: [text, part] }), ...paths)
  })

  it('cannot say __proto__, wherever', async () => {
    const call = '"toolCallId":"c","state":"input-available"'
    await expectRefused(await sendText('{"parts":[{"type":"text","text":"","__proto__":{}}]}'), 'parts.0.__proto__')
    await expectRefused(
      await sendText(`{"parts":[{"type":"tool-x",${call},"input":{"__proto__":{}}}]}`),
      'parts.0.input.__proto__',
    )
  })
})

const numbers = (count: number) => [{ type: 'data-n', data: Array.from({ length: count }, () => 1e300) }]

describe('Of parts', () => {
  it('a message has 500 and not one more', async () => {
    expect((await send({ parts: Array.from({ length: 500 }, () => text) })).status).toBe(200)
    await expectRefused(await send({ parts: Array.from({ length: 501 }, () => 7) }), 'parts')
    await expectRefused(await send({ parts: {} }), 'parts')
    await expectRefused(await send({ parts: null }), 'parts')
  })

  it('each has 200,000 characters of text, and all together have no more', async () => {
    const long = { type: 'text', text: 'x'.repeat(200_000) }
    expect((await send({ parts: [long] })).status).toBe(200)
    await expectRefused(await send({ parts: [{ type: 'text', text: `${long.text}x` }] }), 'parts')
    await expectRefused(await send({ parts: [long, text] }), 'parts')
    expect((await send({ parts: [long, { type: 'reasoning', text: 'x'.repeat(50_000) }] })).status).toBe(200)
  })

  it('the size is looked at before they are', async () => {
    await expectRefused(
      await sendWithin(3 * MIB, { parts: [{ ...file, url: `data:,${'A'.repeat(2 * MIB)}` }, 7] }),
      'parts',
    )
    await expectRefused(await sendWithin(3 * MIB, { parts: [{ ['x'.repeat(2 * MIB)]: 1 }] }), 'parts')
  })

  it.each([
    ['ASCII', 'A', 1],
    ['text of three bytes a character', '語', 3],
    ['quotes', '"', 2],
    ['control characters', '\u0001', 6],
  ])('all together have 2 MiB of UTF-8 as JSON: %s', async (_, character, bytes) => {
    const empty = JSON.stringify([{ ...file, url: '' }]).length
    const parts = (room: number) => {
      const count = Math.floor((room - empty) / bytes)
      return [{ ...file, url: character.repeat(count) + 'A'.repeat(room - empty - count * bytes) }]
    }
    expect((await sendWithin(3 * MIB, { parts: parts(2 * MIB) })).status).toBe(200)
    await expectRefused(await sendWithin(3 * MIB, { parts: parts(2 * MIB + 1) }), 'parts')
  })

  it('numbers count with all the digits that the database keeps', async () => {
    expect((await send({ parts: numbers(6_800) })).status).toBe(200)
    await expectRefused(await send({ parts: numbers(7_000) }), 'parts')
    expect((await send({ parts: [{ type: 'data-n', data: '1e+300,'.repeat(5_000) }] })).status).toBe(200)
  })
})

const say = (text: string) => ({ type: 'text', text })

describe('Text', () => {
  it.each([
    ['that of the only text', [say('Hi')], 'Hi'],
    ['adjacent texts as they are', [say('Hel'), say('lo '), say('world')], 'Hello world'],
    ['nothing where there is no text', [{ type: 'reasoning', text: 'Hm' }, { type: 'step-start' }], ''],
    [
      'two paragraphs around a step',
      [say('A barometer.'), { type: 'step-start' }, say('Pressure')],
      'A barometer.\n\nPressure',
    ],
    ['one break for several parts', [say('a'), { type: 'step-start' }, ...toolParts, say('b')], 'a\n\nb'],
    ['no break at either end', [{ type: 'step-start' }, say('a'), { type: 'source-url' }], 'a'],
    [
      'no break for an empty text',
      [say(''), { type: 'x' }, say(''), say('a'), { type: 'x' }, say(''), { type: 'x' }, say('b'), say('')],
      'a\n\nb',
    ],
    ['a turn by its steps', TURN, 'Let me look. \n\nIt is freezing.'],
  ])('is %s', (_, parts, expected) => {
    expect(textOf(parts)).toBe(expected)
  })

  it.each(['', ' ', 'Hi', '\n\u{1F600}'])('makes parts and is made of them: %j', (content) => {
    expect(textOf(partsOf(content))).toBe(content)
  })
})

describe('What is stored', () => {
  it('is read as it is', () => {
    expect(readParts(FOREIGN, 'whatever')).toEqual({ parts: FOREIGN, tombstone: false })
    expect(readParts(TURN, 'whatever')).toEqual({ parts: TURN, tombstone: false })
    expect(readParts([], '')).toEqual({ parts: [], tombstone: false })
  })

  it('is its content where it never had parts', () => {
    expect(readParts(null, 'Hi')).toEqual({ parts: [text], tombstone: false })
    expect(readParts(undefined, '')).toEqual({ parts: [], tombstone: false })
  })

  const unreadable = [7, 'Hi', {}, [7], [null], [text, { type: '' }], [[text]]]

  it.each(unreadable.map((stored) => ({ stored })))('is a tombstone where it cannot be read: $stored', ({ stored }) => {
    expect(readParts(stored, 'Hi')).toEqual({ parts: [text], tombstone: true })
    expect(readParts(stored, '')).toEqual({ parts: [], tombstone: true })
  })
})

describe('Beside the parts', () => {
  const attachment = { name: 'a.pdf', mediaType: 'application/pdf', url: 'https://files.example/a.pdf' }

  it('there are attachments', async () => {
    const good = [{ ...attachment, size: 0 }, attachment, { ...attachment, url: `data:,${'A'.repeat(200_000)}` }]
    expect(await read(send({ attachments: good }))).toEqual({ attachments: good })
  })

  it.each([
    ['empty fields', { name: '', mediaType: '', url: '' }],
    ['a scheme that no browser follows', { ...attachment, url: 'javascript:alert(1)' }],
    ['fields of others', { ...attachment, contentType: 'a/b', width: { px: 7 } }],
  ])('there may be attachments with %s', async (_, other) => {
    expect(await read(send({ attachments: [other] }))).toEqual({ attachments: [other] })
  })

  it.each([
    ['no name', { url: '', mediaType: '' }, 'attachments.0.name'],
    ['a negative size', { ...attachment, size: -1 }, 'attachments.0.size'],
    ['half a byte', { ...attachment, size: 1.5 }, 'attachments.0.size'],
    ['300 KiB of data', { ...attachment, url: `data:,${'A'.repeat(300 * 1024)}` }, 'attachments'],
  ])('but not with %s', async (_, bad, path) => {
    await expectRefused(await send({ attachments: [bad] }), path)
  })

  it('there are at most 20 of them', async () => {
    expect((await send({ attachments: Array.from({ length: 20 }, () => attachment) })).status).toBe(200)
    await expectRefused(await send({ attachments: Array.from({ length: 21 }, () => 7) }), 'attachments')
  })

  it('there are a model and what it used, as either version of the SDK says it', async () => {
    const flat = { inputTokens: 12, outputTokens: 0, totalTokens: 12, reasoningTokens: 0, cachedInputTokens: 3 }
    const details = {
      inputTokens: 12,
      inputTokenDetails: { noCacheTokens: 9, cacheReadTokens: 3, cacheWriteTokens: 0 },
      outputTokenDetails: { textTokens: 1 },
      raw: { prompt_tokens: 12 },
    }
    for (const used of [flat, details, { cost: '0.01', inputTokenDetails: { audioTokens: -1 } }, {}]) {
      expect(await read(send({ usage: used, model: 'vendor/model-5:thinking' }))).toMatchObject({ usage: used })
    }
    await expectRefused(
      await send({ usage: { inputTokens: -1, outputTokens: 0.5, outputTokenDetails: { textTokens: '1' } } }),
      'usage.inputTokens',
      'usage.outputTokens',
      'usage.outputTokenDetails.textTokens',
    )
    await expectRefused(await send({ usage: { raw: { a: 'x'.repeat(20_000) } } }), 'usage')
    expect((await send({ model: 'x'.repeat(256) })).status).toBe(200)
    for (const model of ['', 'x'.repeat(257), 5]) await expectRefused(await send({ model }), 'model')
  })
})

describe('The OpenAPI document', () => {
  const listed = { $ref: '#/components/schemas/MessagePart' }

  it.each(['input', 'output'] as const)('lists the kinds of parts: %s', (io) => {
    const schemas = createSchemas()
    expect(schemas[io](body).properties?.['parts']).toMatchObject({ type: 'array', maxItems: 500, items: listed })
    const components = schemas.components()
    const kinds = ((components['MessagePart']?.['anyOf'] ?? []) as JsonSchema[]).map(
      ({ $ref }) => $ref?.split('/').at(-1) ?? '',
    )
    expect(kinds).toEqual(['TextPart', 'ReasoningPart', 'FilePart', 'SourcePart', 'ToolPart', 'DataPart', 'OtherPart'])
    for (const kind of kinds) expect(components[kind]).toMatchObject({ type: 'object', additionalProperties: true })
    expect(components['TextPart']).toMatchObject({ required: ['type', 'text'] })
    expect(components['OtherPart']).toMatchObject({ required: ['type'] })
  })
})
