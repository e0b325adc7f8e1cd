// @module-tag slow
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type RunningCognito, signInLocally, startCognito } from '../../../dev/cognito.ts'
import { freePorts, portVariables, run, type Running, start, survivors } from './process.ts'

// Each test waits for processes or for PGlite.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const PAGE = 'http://localhost:5173'
const SCOPE = "chat/$HOME#'read`"

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-settings-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

async function writeDevVars(name: string, lines: readonly string[]): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, `${lines.join('\n')}\n`)
  return path
}

/** @returns what it prints, of which the path of the file is cut to `.dev.vars` */
async function startWith(lines: readonly string[], environment: Record<string, string> = {}): Promise<string> {
  const devVars = await writeDevVars('refused.vars', lines)
  const own = { PARLEY_DATA: join(directory, 'refused'), PARLEY_DEV_VARS: devVars, ...portVariables([0, 0, 0]) }
  const dev = start('npm', ['run', '--silent', 'dev'], { ...own, ...environment })
  // If it does start, it must not run on after the test.
  const started = dev.printed(/^ +database /m).then(() => dev.interrupt())
  await Promise.allSettled([started, dev.ended])
  expect(dev.output()).toMatch(/^Starting Parley …\n/)
  expect(await dev.ended).toBe(1)
  return dev.output().replaceAll(devVars, '.dev.vars').split('\n').slice(1).join('\n')
}

// One start for all of them; none changes anything.
describe('npm run dev with settings of a developer', () => {
  let devVars: string
  let own: Record<string, string>
  let cognito: RunningCognito
  let dev: Running
  let port: number
  let chatPort: number

  beforeAll(async () => {
    cognito = await startCognito({ dataDir: join(directory, 'own-cognito') })
    devVars = await writeDevVars('dev.vars', [
      '# As a newcomer writes it.',
      `export CORS_ORIGINS="${PAGE}" # the chat page`,
      `COGNITO_ISSUER=${cognito.issuer}`,
      `COGNITO_CLIENT_IDS='${cognito.clientId}'`,
      'ACCOUNT_GRACE_DAYS=never',
      'SLOW_QUERY_MS=soon',
      'CORS_ORIGIN=http://do-not-print.example.com',
      'PORT=1',
      'TG9yZW0gaXBzdW0gZG8tbm90LXByaW50==',
      'DATABASE_URL=postgres://parley_app:do-not-print@db.parley.invalid/parley',
      'DATABASE_URL_SYSTEM=postgres://parley_system:do-not-print@db.parley.invalid/parley',
    ])
    const ports = await freePorts(4)
    port = ports[0] ?? 0
    chatPort = ports[3] ?? 0
    own = {
      PARLEY_DATA: join(directory, 'data'),
      PARLEY_DEV_VARS: devVars,
      ...portVariables(ports),
      COGNITO_REQUIRED_SCOPES: SCOPE,
      ACCOUNT_GRACE_DAYS: '7',
      SLOW_QUERY_MS: '',
      QUOTA_MESSAGE: 'do-not-print',
    }
    dev = start('npm', ['run', 'dev'], own)
    await dev.printed(/^ *(curl .*)$/m)
  })
  afterAll(async () => {
    const family = await dev.family()
    dev.interrupt()
    await dev.ended
    await cognito.close()
    expect(await survivors(family)).toEqual([])
  })

  const api = (path: string, init: RequestInit = {}) => fetch(`http://localhost:${port}${path}`, init)
  const signIn = (accessToken: string) =>
    api('/v1/session', { method: 'POST', headers: { Authorization: `Bearer ${accessToken}` } })

  it('says which it has taken from where, and no value', () => {
    const taken = dev.output().match(/^ {2}settings +(?!not used| ).*$/gm)
    expect(taken?.map((line) => line.replace(/^ +settings +/, ''))).toEqual([
      `COGNITO_ISSUER, COGNITO_CLIENT_IDS, CORS_ORIGINS from ${devVars}`,
      'COGNITO_REQUIRED_SCOPES, ACCOUNT_GRACE_DAYS from the environment',
    ])
    for (const value of [PAGE, SCOPE, cognito.issuer, cognito.clientId, 'do-not-print']) {
      expect(dev.output()).not.toContain(value)
    }
  })

  it('says what the chat needs of these settings', () => {
    const chat = `http://localhost:${chatPort}`
    expect(dev.output()).toContain(`
Chat: ${chat}
  It works once your CORS_ORIGINS has ${chat}.
  Your app client must allow the callback URL ${chat}/callback and the sign-out URL ${chat}/.
`)
  })

  it('says what it does not use, and why', () => {
    const unused = dev.output().match(/(?<=settings +not used: ).*$/gm)
    expect(unused).toEqual([
      `CORS_ORIGIN in ${devVars}, which is no setting of Parley; did you mean CORS_ORIGINS?`,
      `DATABASE_URL in ${devVars}, since it may name a real database; in the environment it names a server to use in place of PGlite`,
      `DATABASE_URL_SYSTEM in ${devVars}, since the local stack makes it`,
      `PORT in ${devVars}, since it is taken from the environment only`,
      `what looks like no name in ${devVars}, which is no setting of Parley (src/env.ts lists them)`,
      'QUOTA_MESSAGE in the environment, which is no setting of Parley; did you mean QUOTA_MESSAGES?',
    ])
  })

  it('works on the embedded database, whatever DATABASE_URL is in the file', async () => {
    expect(dev.output()).toMatch(/database +PGlite in /)
    expect((await api('/readyz')).status).toBe(200)
  })

  it('lets in the pages of CORS_ORIGINS, at both host names', async () => {
    for (const host of ['localhost', '127.0.0.1']) {
      const { status, headers } = await fetch(`http://${host}:${port}/v1/me`, {
        method: 'OPTIONS',
        headers: { Origin: PAGE, 'Access-Control-Request-Method': 'GET' },
      })
      expect([status, headers.get('Access-Control-Allow-Origin')]).toEqual([204, PAGE])
    }
  })

  it('asks for the required scope, character by character', async () => {
    const { accessToken } = await signInLocally(cognito, 'ada@example.com')
    const response = await signIn(accessToken)
    expect([response.status, response.headers.get('WWW-Authenticate')]).toEqual([
      403,
      `Bearer error="insufficient_scope", scope="${SCOPE}"`,
    ])
  })

  it('gives clients that issuer, and browsers the cookies of a deployment', async () => {
    const env = await readFile(join(directory, 'data', 'env'), 'utf8')
    expect(env).toContain(`PARLEY_ISSUER='${cognito.issuer}'\nPARLEY_CLIENT_ID='${cognito.clientId}'\n`)
    expect(await readFile(join(directory, 'data', 'worker.env'), 'utf8')).toContain("DEVELOPMENT_COOKIES='off'")
  })

  it('trusts no token of the local Cognito in place of an own one, and suggests none', async () => {
    const { stdout } = await run('npm run --silent token -- ada@example.com', own)
    expect((await signIn(stdout.trim())).status).toBe(401)
    expect(dev.output()).not.toContain('npm run --silent token')
    expect(dev.output()).toMatch(/access token of your COGNITO_ISSUER.*\n\n *curl .*Bearer \$ACCESS_TOKEN"$/m)
    expect(dev.output()).toMatch(/cognito .*the Worker trusts the issuer of COGNITO_ISSUER instead/)
  })
})

describe('npm run dev refuses to start', () => {
  it('with bad values, all of which it names, and prints none', async () => {
    const output = await startWith(['RATE_LIMIT=do-not-print', 'EMBEDDING_PROVIDER=openai'], {
      CORS_ORIGINS: `${PAGE}/do-not-print`,
    })
    expect(output).toBe(`The Worker cannot start with these settings:
  CORS_ORIGINS: must be origins, such as https://chat.example.com, or patterns for one label, such as https://*.chat.pages.dev (from the environment)
  RATE_LIMIT: Invalid option: expected one of "on"|"off" (from .dev.vars)`)
  })

  it('with development cookies for an issuer that is not on this machine', async () => {
    const issuer = ['COGNITO_ISSUER=https://do-not-print.example.com/pool', 'COGNITO_CLIENT_IDS=client']
    expect(await startWith([...issuer, 'DEVELOPMENT_COOKIES=on'])).toBe(
      'The Worker cannot start with these settings:\n  DEVELOPMENT_COOKIES: is for an issuer on this machine only (from .dev.vars)',
    )
  })

  it('with a provider that lacks its key', async () => {
    expect(await startWith(['EMBEDDING_PROVIDER=openai'])).toBe(
      'The Worker cannot start with these settings:\n  EMBEDDING_API_KEY: is missing',
    )
  })

  it.each([
    ['COGNITO_ISSUER', 'COGNITO_CLIENT_IDS'],
    ['COGNITO_CLIENT_IDS', 'COGNITO_ISSUER'],
  ])('with %s alone', async (set, missing) => {
    expect(await startWith([`${set}=https://do-not-print.example.com`])).toBe(
      `${set} is set (from .dev.vars), but ${missing} is not. Set both for a Cognito of your own, or neither for the local one.`,
    )
  })

  it('with a file that is not there', async () => {
    expect(await startWith([], { PARLEY_DEV_VARS: 'no-such-file' })).toBe(
      'The settings in no-such-file cannot be read: ENOENT',
    )
  })

  it('with a value that wrangler cannot read', async () => {
    expect(await startWith([], { EMBEDDING_MODEL: '\'"`\\' })).toContain('EMBEDDING_MODEL mixes quotes, backslashes')
  })
})
