// @module-tag slow
import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Parley, startParley } from '../sdk/parley.ts'
import { compile, ROOT } from './compile.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const run = promisify(execFile)
const DOCUMENT = join(ROOT, 'src/public/openapi.json')
const FOREIGN = join(ROOT, 'test/clients/node_modules')

let parley: Parley
let directory: string
beforeAll(async () => {
  parley = await startParley()
  directory = await mkdtemp(join(tmpdir(), 'parley-generated-'))
  await symlink(FOREIGN, join(directory, 'node_modules'))
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }')
})
afterAll(async () => {
  await parley?.close()
  await rm(directory, { recursive: true })
})

const OPENAPI_TYPESCRIPT = `
import createClient from 'openapi-fetch'
import type { paths } from './schema.ts'

const [, , baseUrl = '', token] = process.argv
const client = createClient<paths>({ baseUrl, headers: { Authorization: \`Bearer \${token}\` } })
await client.POST('/v1/session', { body: {} })
const opened = await client.POST('/v1/conversations', { body: { title: 'Generated', tags: ['a'] } })
if (!opened.data) throw new Error(opened.error.detail)
const { id } = opened.data
const path = { conversationId: id }
await client.POST('/v1/conversations/{conversationId}/messages', {
  params: { path },
  body: { role: 'user', content: 'Good morning' },
})
const { data } = await client.GET('/v1/conversations/{conversationId}/messages', { params: { path, query: { limit: 5 } } })
const missing = await client.GET('/v1/conversations/{conversationId}', { params: { path: { conversationId: 'x' } } })
console.log(JSON.stringify([data?.data.map(({ content }) => content), missing.error?.code]))
`

const HEY_API = `
import { client } from './hey/client.gen.ts'
import { appendMessages, createConversation, getConversation, listMessages, signIn } from './hey/sdk.gen.ts'

const [, , baseUrl = '', token = ''] = process.argv
client.setConfig({ baseUrl, auth: token })
await signIn({ body: {} })
const { data: opened, error } = await createConversation({ body: { title: 'Generated', tags: ['a'] } })
if (!opened) throw new Error(error.detail)
const path = { conversationId: opened.id }
await appendMessages({ path, body: { role: 'user', content: 'Good morning' } })
const { data } = await listMessages({ path, query: { limit: 5 } })
const missing = await getConversation({ path: { conversationId: 'x' } })
console.log(JSON.stringify([data?.data.map(({ content }) => content), missing.error?.code]))
`

const GENERATORS = [
  ['openapi-typescript', ['openapi-typescript', DOCUMENT, '-o', 'schema.ts'], OPENAPI_TYPESCRIPT, true],
  // Its own files have 12 errors under exactOptionalPropertyTypes.
  ['@hey-api/openapi-ts', ['openapi-ts', '-i', DOCUMENT, '-o', 'hey'], HEY_API, false],
] as const

it.each(GENERATORS)(
  'a client that %s made of openapi.json compiles and makes calls',
  async (_, [bin, ...args], code, exactOptionalPropertyTypes) => {
    await run(join(FOREIGN, '.bin', bin), args, { cwd: directory })
    await writeFile(join(directory, 'call.ts'), code)
    const options = {
      module: 'esnext',
      moduleResolution: 'bundler',
      allowImportingTsExtensions: true,
      lib: ['es2022', 'dom', 'dom.iterable'],
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')],
      exactOptionalPropertyTypes,
    }
    expect((await compile(directory, ['call.ts'], options)).errors).toEqual([])

    const script = join(directory, 'call.mjs')
    const bundling = [
      'call.ts',
      '--bundle',
      '--format=esm',
      '--platform=node',
      `--outfile=${script}`,
      '--log-level=error',
    ]
    await run(join(ROOT, 'node_modules/.bin/esbuild'), bundling, { cwd: directory })
    const { accessToken } = await parley.newSignIn()
    const { stdout } = await run(process.execPath, [script, parley.url, accessToken])
    expect(JSON.parse(stdout)).toEqual([['Good morning'], 'not_found'])
  },
)
