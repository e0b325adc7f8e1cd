// @module-tag slow
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type LocalParley, startLocal } from '../../../dev/local.ts'
import { exampleOf } from '../../../src/public/docs/example.js'
import { listOperations } from '../../../src/public/docs/operation.js'
import { resolve } from '../../../src/public/docs/schema.js'
import { newVisitor } from './visitor.ts'

// Each test sends a body for each field.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

type Fields = Record<string, unknown>
type Operation = ReturnType<typeof listOperations>[number]
interface Media {
  schema: object
  examples: Record<string, { value: unknown }>
}
interface Report {
  problems: { ruleId: string; location: { pointer: string }[] }[]
}

/** Fields that name what must exist, by the visitor's variables. */
const IDS: Record<string, string> = {
  conversationId: 'CONVERSATION_ID',
  messageId: 'MESSAGE_ID',
  activeLeafId: 'MESSAGE_ID',
}
/** Only a list makes one. */
const OPAQUE = 'cursor'
const REDOCLY = 'test/clients/node_modules/@redocly/cli/bin/cli.js'
const spec = JSON.parse(await readFile('src/public/openapi.json', 'utf8')) as object
const mediaOf = ({ operation }: Operation): Media | undefined => operation.requestBody?.content['application/json']
/** The body of an import is a list, in a form of another product's. */
const WITHOUT_FIELDS = 'importConversations'
const operations = listOperations(spec).filter((entry) => mediaOf(entry) && entry.id !== WITHOUT_FIELDS)

let directory: string
let parley: LocalParley
let refused: ReadonlySet<string>
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-rules-'))
  refused = await refusedBySchema()
  const settings = { environment: { RATE_LIMIT: 'off' } }
  parley = await startLocal({ dataDir: directory, ports: { worker: 0, neon: 0, cognito: 0 }, settings })
})
afterAll(async () => {
  await parley?.close()
  await rm(directory, { recursive: true })
})

/** Each example of an operation with one field less, and with one more. */
function variantsOf(entry: Operation): [name: string, body: Fields][] {
  const { schema, examples } = mediaOf(entry) as Media
  const fields = fieldsOf(schema)
  return Object.entries(examples).flatMap(([example, { value }]) => {
    const body = value as Fields
    return fields
      .filter(([field]) => field !== OPAQUE)
      .map(([field, described]): [string, Fields] => {
        const { [field]: present, ...others } = body
        if (present !== undefined) return [`${entry.id}: ${example} without ${field}`, others]
        return [`${entry.id}: ${example} with ${field}`, { ...others, [field]: valueOf(field, described) }]
      })
  })
}

/** The fields of a body, or of all forms that it can have. */
function fieldsOf(raw: object): [name: string, schema: object][] {
  const { properties = {}, anyOf = [], oneOf = [] } = resolve(spec, raw).schema
  return [...Object.entries<object>(properties), ...[...anyOf, ...oneOf].flatMap(fieldsOf)]
}

/** As an example has it, or else made from the schema. That makes embeddings of three numbers. */
function valueOf(field: string, described: object): unknown {
  if (field in IDS) return IDS[field]
  const bodies = operations.flatMap((entry) => Object.values(mediaOf(entry)?.examples ?? {}))
  const values = bodies.map(({ value }) => (value as Fields)[field])
  return values.find((value) => value !== undefined) ?? exampleOf(spec, described).value
}

/** Has the linter read the variants as examples. @returns the names of those that do not conform to their schema */
async function refusedBySchema(): Promise<Set<string>> {
  const copy = structuredClone(spec)
  for (const entry of listOperations(copy)) {
    const media = mediaOf(entry)
    if (media && entry.id !== WITHOUT_FIELDS)
      media.examples = Object.fromEntries(variantsOf(entry).map(([name, value]) => [name, { value }]))
  }
  const [document, config] = [join(directory, 'openapi.json'), join(directory, 'redocly.yaml')]
  await writeFile(document, JSON.stringify(copy))
  await writeFile(
    config,
    'telemetry: off\nrules:\n  no-invalid-media-type-examples: { severity: error, allowAdditionalProperties: true }\n',
  )
  const options = ['--config', config, '--format=json', '--max-problems=10000']
  const stdout = await run([REDOCLY, 'lint', document, ...options])
  const { problems } = JSON.parse(stdout) as Report
  return new Set(problems.map(({ location }) => /\/examples\/(.*?)\/value/.exec(location[0]?.pointer ?? '')?.[1] ?? ''))
}

const run = (args: string[]) =>
  new Promise<string>((done) => {
    execFile(process.execPath, args, { maxBuffer: 100 * 2 ** 20 }, (_, stdout) => done(stdout))
  })

it.each(operations.map((entry) => [entry.id, entry] as const))(
  'the schema of %s refuses what the API refuses, and nothing else',
  async (_, entry) => {
    const variables: Record<string, string> = await newVisitor(parley)
    const path = entry.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => {
      return variables[name.replaceAll(/(?=[A-Z])/g, '_').toUpperCase()] ?? ''
    })
    const headers = {
      Authorization: `Bearer ${variables['TOKEN']}`,
      'Content-Type': 'application/json',
      // As from a page, which alone may ask for cookies.
      Origin: parley.worker.url,
    }
    const [bySchema, byApi]: [Fields, Fields] = [{}, {}]
    for (const [name, body] of variantsOf(entry)) {
      const text = JSON.stringify(body).replaceAll(/(?<=")[A-Z]+_ID(?=")/g, (id) => variables[id] ?? id)
      const { status } = await fetch(parley.worker.url + path, {
        method: entry.method.toUpperCase(),
        headers,
        body: text,
      })
      bySchema[name] = refused.has(name) ? 'refused' : 'taken'
      byApi[name] = status === 400 ? 'refused' : status < 500 && status !== 429 ? 'taken' : status
    }
    expect(bySchema).not.toEqual({})
    expect(bySchema).toEqual(byApi)
  },
)
