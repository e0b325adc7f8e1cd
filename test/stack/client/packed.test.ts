import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { compile, ROOT } from './compile.ts'
import { installClient, type Project } from './install.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let project: Project
beforeAll(async () => {
  project = await installClient()
  await project.write({ 'app.ts': APP, 'wrong.ts': WRONG })
})
afterAll(() => project?.close())

/** What an app may rely on. */
const APP = `
import { bearer, cookie, createParley, ParleyProblem, type Conversation, type ProblemCode } from '@parley/client'

const parley = createParley({ baseUrl: 'https://parley.test', auth: bearer(() => null), fetch: (url, init) => fetch(url, init) })
export const byCookie = createParley({ baseUrl: 'https://parley.test', auth: cookie() })

export async function main(signal: AbortSignal | undefined): Promise<Conversation[]> {
  for await (const { title, messageCount } of parley.conversations.list({ metadata: { team: 1 }, tag: ['a'] }, { signal })) {
    const shown: string | null = title
    console.log(shown, messageCount.toFixed())
  }
  for (const hit of (await parley.search({ query: 'apples' })).data) {
    console.log(hit.source === 'message' ? hit.conversationId : hit.headings.join())
  }
  const me = await (await parley.api.v1.me.$get({}, { init: { signal: signal ?? null } })).json()
  const email: string | null = me.email
  console.log(email)
  return (await parley.conversations.list().page()).data
}

export function tell(error: unknown): string {
  if (!(error instanceof ParleyProblem)) return String(error)
  const code: ProblemCode | 'unexpected_answer' = error.code
  switch (error.code) {
    case 'quota_exceeded': {
      const status: 403 = error.status
      return \`\${status} \${error.quota ?? ''}\`
    }
    case 'not_found': {
      const status: 404 = error.status
      return String(status)
    }
    default:
      return code + error.errors.map(({ path }) => path).join()
  }
}
`

/** What a compiler has to tell an app. */
const WRONG = `
import { createParley, cookie, ParleyProblem } from '@parley/client'
const parley = createParley({ baseUrl: 'https://parley.test', auth: cookie() })
export const wrong = async (error: unknown) => {
  await parley.conversations.create({ titel: 'x' })
  await parley.search({ query: 'x', mode: 'fuzzy' })
  await parley.api.v1.conversations[':conversationId'].$get()
  console.log((await parley.me.get()).emial)
  if (error instanceof ParleyProblem && error.code === 'gone') return
  if (error instanceof ParleyProblem && error.code === 'not_found') return error.quota
  await parley.context({ budgetToken: 2000 })
}
`

/** Where it may run, and what types that place brings. */
const PLACES = [
  ['a browser', { lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable'] }],
  ['Node', { lib: ['es2022'], types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')] }],
  ['a Worker', { lib: ['es2022'], types: [join(ROOT, 'node_modules/@cloudflare/workers-types')] }],
  ['a bundler', { module: 'esnext', moduleResolution: 'bundler' }],
] as const

describe('The packed client', () => {
  it.each(PLACES)('has no type error in a strict project for %s', async (_, options) => {
    expect((await compile(project.directory, ['app.ts'], options)).errors).toEqual([])
  })

  it('lets a compiler find wrong fields, values, codes and arguments', async () => {
    const { errors } = await compile(project.directory, ['wrong.ts'])
    expect(errors.map((error) => /wrong\.ts\((\d+)/.exec(error)?.[1])).toEqual(['5', '6', '7', '8', '9', '10', '11'])
  })

  it('depends on nothing, has the declarations beside it, and says whose hc it has inside', async () => {
    const read = (name: string) => readFile(join(project.directory, 'node_modules/@parley/client', name), 'utf8')
    const described = JSON.parse(await read('package.json')) as Record<string, unknown>
    expect(described).toMatchObject({ name: '@parley/client', type: 'module', sideEffects: false })
    expect(described).not.toHaveProperty('dependencies')
    expect(described).not.toHaveProperty('peerDependencies')
    expect(project.script).not.toMatch(/^import |\brequire\(|from ["']node:/m)
    expect(await read('LICENSE-hono')).toContain('MIT License')
  })
})
