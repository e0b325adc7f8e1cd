import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { createSchemas, type JsonSchema } from '../../dev/openapi/schemas.ts'
import { attachments, model, usage } from '../../src/features/messages/attachments.ts'
import { messageParts, partsOf, readParts, textOf } from '../../src/features/messages/parts.ts'
import type { AppEnv } from '../../src/http/app-env.ts'
import { validate } from '../../src/http/validate.ts'
import { createTrace } from '../../src/trace.ts'
import { expectRefused, read } from './helpers.ts'
import { ASKED, CALL, KINDS, PLAIN, PNG, stateOf, toolParts, TURN } from './parts-fixtures.ts'

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
const send = (value: z.input<typeof body> | Record<string, unknown>) => sendText(JSON.stringify(value))

describe('Parts', () => {
  it.each([...PLAIN, ...toolParts])('of $type $state are taken as they are', async (part) => {
    expect(await read(send({ parts: [part] }))).toEqual({ parts: [part] })
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
const without = (part: Record<string, unknown>, ...fields: string[]) =>
  Object.fromEntries(Object.entries(part).filter(([field]) => !fields.includes(field)))
const ANSWERED = { approval: { ...ASKED, approved: true } }

/** The second part is the bad one. */
const REFUSED: [what: string, part: unknown, ...paths: string[]][] = [
  ['no object', 'Hi', 'parts.1'],
  ['null', null, 'parts.1'],
  ['a list', [], 'parts.1'],
  ['without a type', { text: 'Hi' }, 'parts.1.type'],
  ['of an unknown type', { type: 'image' }, 'parts.1.type'],
  ['of an older SDK', { type: 'tool-invocation', toolInvocation: {} }, 'parts.1.state'],
  ['of a type that objects have', { type: 'constructor' }, 'parts.1.type'],
  ['of the type __proto__', { type: '__proto__' }, 'parts.1.type'],
  ['of a tool without a name', { ...stateOf('input-available'), type: 'tool-' }, 'parts.1.type'],
  ['of a tool with a long name', { ...stateOf('input-available'), type: `tool-${'x'.repeat(256)}` }, 'parts.1.type'],
  ['of data without a name', { type: 'data-', data: 1 }, 'parts.1.type'],
  ['of data without data', { type: 'data-x' }, 'parts.1.data'],
  ['of data that pass', { type: 'data-x', data: 1, transient: true }, 'parts.1.transient'],
  ['with an unknown field', { ...text, content: 'Hi' }, 'parts.1.content'],
  ['with all wrong', { type: 'text', text: 7, state: 'open', a: 1 }, 'parts.1.text', 'parts.1.state', 'parts.1.a'],
  ['with flat metadata', { ...text, providerMetadata: { openai: 1 } }, 'parts.1.providerMetadata'],
  ['with a list for metadata', { ...text, providerMetadata: [] }, 'parts.1.providerMetadata'],
  ['with a long id', { type: 'reasoning', text: '', id: 'x'.repeat(257) }, 'parts.1.id'],
  ['with a long name', { ...file, filename: 'x'.repeat(256) }, 'parts.1.filename'],
  ['without a kind', { type: 'custom' }, 'parts.1.kind'],
  ['without a source', { type: 'source-url', url: 'https://a.example' }, 'parts.1.sourceId'],
  ['without a title', { type: 'source-document', sourceId: 's', mediaType: 'text/plain' }, 'parts.1.title'],
  ['that is a step with a name', { type: 'step-start', name: 'a' }, 'parts.1.name'],
  ['of a tool without a call', without(stateOf('input-available'), 'toolCallId'), 'parts.1.toolCallId'],
  ['of a tool without a state', without(stateOf('input-available'), 'state'), 'parts.1.state'],
  ['of a tool in an unknown state', { ...stateOf('input-available'), state: 'result' }, 'parts.1.state'],
  ['of a tool with toolName', { ...stateOf('input-available'), toolName: 'x' }, 'parts.1.toolName'],
  ['of a nameless dynamic tool', { ...stateOf('input-available'), type: 'dynamic-tool' }, 'parts.1.toolName'],
  ['of a dynamic tool in no state', { ...KINDS[1], ...CALL, state: 'done' }, 'parts.1.state'],
  ['that streams an output', { ...stateOf('input-streaming'), output: 1 }, 'parts.1.output'],
  ['that calls without input', without(stateOf('input-available'), 'input'), 'parts.1.input'],
  [
    'that has called and has an output',
    { ...stateOf('input-available'), output: 1, ...ANSWERED },
    'parts.1.output',
    'parts.1.approval',
  ],
  ['that asks for nothing', without(stateOf('approval-requested'), 'approval'), 'parts.1.approval'],
  ['that asks what is answered', { ...stateOf('approval-requested'), ...ANSWERED }, 'parts.1.approval.approved'],
  ['that answers nothing', { ...stateOf('approval-responded'), approval: ASKED }, 'parts.1.approval.approved'],
  [
    'that did what was denied',
    { ...stateOf('output-available'), approval: { ...ASKED, approved: false } },
    'parts.1.approval.approved',
  ],
  ['that failed without a word', without(stateOf('output-error'), 'errorText'), 'parts.1.errorText'],
  ['that failed with an output', { ...stateOf('output-error'), output: 1 }, 'parts.1.output'],
  ['that was denied and allowed', { ...stateOf('output-denied'), ...ANSWERED }, 'parts.1.approval.approved'],
  ['that was denied by nobody', without(stateOf('output-denied'), 'approval'), 'parts.1.approval'],
]

const MEDIA_TYPES = ['x', '', 'image/', '/png', 'image/png/x', 'image /png', `a/${'x'.repeat(128)}`, 'a/b;'.padEnd(256)]
const URLS = [
  '',
  'javascript:alert(1)',
  ' https://a.example',
  'http://a.example/a.png',
  'https://',
  'https:a',
  '//a.example',
  'data:image/png',
  'blob:https://a.example/1',
  'https://a.example/'.padEnd(8193, 'x'),
]

describe('A part', () => {
  it.each(REFUSED)('%s is refused with its path', async (_, part, ...paths) => {
    await expectRefused(await send({ parts: [text, part] }), ...paths)
  })

  it.each(MEDIA_TYPES)('with the media type %s is refused', async (mediaType) => {
    await expectRefused(await send({ parts: [{ ...file, mediaType }] }), 'parts.0.mediaType')
    await expectRefused(await send({ attachments: [{ name: 'a', url: PNG, mediaType }] }), 'attachments.0.mediaType')
  })

  it.each(URLS)('with the address %s is refused', async (url) => {
    await expectRefused(await send({ parts: [{ ...file, url }] }), 'parts.0.url')
    await expectRefused(await send({ attachments: [{ name: 'a', mediaType: 'a/b', url }] }), 'attachments.0.url')
  })

  it('that quotes a source links to a page', async () => {
    for (const url of ['javascript:alert(1)', 'data:text/html,x', 'ftp://a.example']) {
      await expectRefused(await send({ parts: [{ type: 'source-url', sourceId: 's', url }] }), 'parts.0.url')
    }
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

describe('Of parts', () => {
  it('a message has 200 and not one more', async () => {
    expect((await send({ parts: Array.from({ length: 200 }, () => text) })).status).toBe(200)
    await expectRefused(await send({ parts: Array.from({ length: 201 }, () => 7) }), 'parts')
    await expectRefused(await send({ parts: {} }), 'parts')
    await expectRefused(await send({ parts: null }), 'parts')
  })

  it('each has 200,000 characters of text, and all together have no more', async () => {
    const long = { type: 'text', text: 'x'.repeat(200_000) }
    expect((await send({ parts: [long] })).status).toBe(200)
    await expectRefused(await send({ parts: [{ type: 'text', text: `${long.text}x` }] }), 'parts.0.text')
    await expectRefused(await send({ parts: [long, text] }), 'parts')
    expect((await send({ parts: [long, { type: 'reasoning', text: 'x'.repeat(50_000) }] })).status).toBe(200)
  })

  it('all together have 256 KiB, which is looked at before they are', async () => {
    const padded = (length: number) => {
      const parts = [{ ...file, url: 'data:,' }]
      return [{ ...file, url: `data:,${'A'.repeat(length - JSON.stringify(parts).length)}` }]
    }
    expect((await send({ parts: padded(262_144) })).status).toBe(200)
    await expectRefused(await send({ parts: padded(262_145) }), 'parts')
    const data = `data:image/png;base64,${'A'.repeat(300 * 1024)}`
    await expectRefused(await send({ parts: [{ ...file, url: data }, 7] }), 'parts')
    await expectRefused(await send({ parts: [{ ['x'.repeat(300_000)]: 1 }] }), 'parts')
  })
})

describe('Text', () => {
  it('is that of the text parts, and nothing else', () => {
    expect(textOf(TURN)).toBe('Let me look. It is freezing.')
    expect(textOf([{ type: 'reasoning', text: 'Hm' }, { type: 'step-start' }])).toBe('')
  })

  it.each(['', ' ', 'Hi', '\n\u{1F600}'])('makes parts and is made of them: %j', (content) => {
    expect(textOf(partsOf(content))).toBe(content)
  })
})

describe('What is stored', () => {
  it('is read as it is', () => {
    expect(readParts(TURN, 'whatever')).toEqual({ parts: TURN, tombstone: false })
    expect(readParts([], '')).toEqual({ parts: [], tombstone: false })
  })

  it('is its content where it never had parts', () => {
    expect(readParts(null, 'Hi')).toEqual({ parts: [text], tombstone: false })
    expect(readParts(undefined, '')).toEqual({ parts: [], tombstone: false })
  })

  const unreadable = [
    7,
    'Hi',
    {},
    [7],
    [null],
    [text, { type: 'hologram' }],
    [{ type: '__proto__' }],
    [{ type: 'text' }],
  ]

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
    ['no name', { ...attachment, name: '' }, 'attachments.0.name'],
    ['a long name', { ...attachment, name: 'x'.repeat(256) }, 'attachments.0.name'],
    ['a negative size', { ...attachment, size: -1 }, 'attachments.0.size'],
    ['half a byte', { ...attachment, size: 1.5 }, 'attachments.0.size'],
    ['an unknown field', { ...attachment, contentType: 'a/b' }, 'attachments.0.contentType'],
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
    for (const used of [flat, details, {}]) {
      expect(await read(send({ usage: used, model: 'vendor/model-5:thinking' }))).toMatchObject({ usage: used })
    }
    await expectRefused(
      await send({ usage: { inputTokens: -1, outputTokens: 0.5, tokens: 1 } }),
      'usage.inputTokens',
      'usage.outputTokens',
      'usage.tokens',
    )
    await expectRefused(await send({ usage: { raw: { a: 'x'.repeat(20_000) } } }), 'usage.raw')
    for (const model of ['', 'x'.repeat(129), 5]) await expectRefused(await send({ model }), 'model')
  })
})

describe('The OpenAPI document', () => {
  const listed = { $ref: '#/components/schemas/MessagePart' }

  it.each(['input', 'output'] as const)('lists the kinds of parts: %s', (io) => {
    const schemas = createSchemas()
    expect(schemas[io](body).properties?.['parts']).toMatchObject({ type: 'array', maxItems: 200, items: listed })
    const components = schemas.components()
    const kinds = components['MessagePart']?.['anyOf'] as JsonSchema[]
    expect(kinds.slice(1).map(({ $ref }) => $ref?.split('/').at(-1))).toEqual(['ToolPart', 'DataPart'])
    expect(kinds[0]?.['oneOf']).toHaveLength(9)
    expect(components['TextPart']).toMatchObject({ type: 'object', required: ['type', 'text'] })
    expect(components['ToolPart']?.['oneOf']).toHaveLength(7)
    expect(components['DataPart']?.required).toEqual(['type', 'data'])
    expect(JSON.stringify(components)).toContain('^tool-')
  })
})
