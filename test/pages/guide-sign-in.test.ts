import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { signInLocally } from '../../dev/cognito.ts'
import { LOCAL_PASSWORD } from '../../dev/cognito/sign-in.ts'
import { openPglite } from '../../dev/database.ts'
import { freePort } from '../../dev/ports.ts'
import { formatEnvFile } from '../../dev/settings-file.ts'
import { startStack } from '../../dev/stack.ts'
import { startWorker } from '../../dev/worker.ts'
import { type Browser, chromium, type Page } from '../clients/playwright.ts'
import { moduleOf, readGuide } from '../stack/guides/blocks.ts'
import { newProject } from '../stack/guides/project.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 })

const cleanup = new AsyncDisposableStack()
let browser: Browser
/** Where Vite serves what the guide says. */
let app: string
let api: string

beforeAll(async () => {
  const guide = await readGuide('sign-in.md')
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-guide-'))
  cleanup.defer(() => rm(dataDir, { recursive: true, force: true }))
  const database = await openPglite(join(dataDir, 'postgres'))
  cleanup.defer(() => database.close())
  const stack = await startStack({ database, dataDir })
  cleanup.defer(() => stack.close())
  await signInLocally(stack.cognito, 'ada@example.com')
  const [port, vitePort] = [await freePort(0, 'PORT'), await freePort(0, 'PORT')]
  app = `http://localhost:${vitePort}`
  const bindings = { ...stack.bindings, CORS_ORIGINS: app, DEVELOPMENT_COOKIES: 'on' }
  const worker = await startWorker({ port, bindings, dataDir, cron: false })
  cleanup.defer(() => worker.close())
  api = worker.url

  const project = await newProject()
  cleanup.defer(() => project.close())
  await mkdir(join(project.directory, 'parley/.parley'), { recursive: true })
  await mkdir(join(project.directory, 'page/node_modules/.bin'), { recursive: true })
  await symlink('../../../node_modules/vite/bin/vite.js', join(project.directory, 'page/node_modules/.bin/vite'))
  const files = guide.blocks.flatMap(({ file, code }) => (file === undefined ? [] : [[`page/${file}`, code]]))
  const { issuer, clientId } = stack.cognito
  await project.write({
    ...Object.fromEntries(files),
    'page/main.ts': moduleOf(guide, ({ kind, file, code }) => (kind === 'ts' && file === undefined ? { code } : null)),
    'parley/.parley/env': formatEnvFile({ PARLEY_API_URL: api, PARLEY_ISSUER: issuer, PARLEY_CLIENT_ID: clientId }),
  })
  const [, command = ''] = /`node (.*bin\/vite)`/.exec(guide.text) ?? []
  const args = [...command.split(' '), `--port=${vitePort}`, '--strictPort']
  const vite = spawn(process.execPath, args, { cwd: join(project.directory, 'page'), stdio: 'pipe' })
  cleanup.defer(() => void vite.kill())
  let output = ''
  for (const stream of [vite.stdout, vite.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await vi.waitFor(() => expect(output).toContain(String(vitePort)), { timeout: 30_000 })

  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
  cleanup.defer(() => browser.close())
})
afterAll(() => cleanup.disposeAsync())

/** A new browser profile in which Ada has signed in, by what the guide says. */
async function signedIn() {
  const context = await browser.newContext()
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  const statuses: string[] = []
  page.on('response', (response) => {
    const { pathname, origin } = new URL(response.url())
    if (origin === api || pathname === '/oauth2/revoke')
      statuses.push(`${response.request().method()} ${pathname} ${response.status()}`)
  })
  await page.goto(app)
  await page.getByText('Signed out').waitFor()
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.getByLabel('Password').fill(LOCAL_PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Signed in as ada@example.com').waitFor()
  expect(page.url()).toBe(`${app}/`)
  return { page, context, errors, statuses }
}

/** What the module of the guide exports, called in the page. */
const call = (page: Page, what: string) => page.evaluate(`import('/main.ts').then((module) => module.${what})`)

it('The page of docs/guides/sign-in.md signs in, calls, refreshes what is refused, and signs out', async () => {
  const { page, context, errors, statuses } = await signedIn()
  expect(statuses.filter((line) => line.startsWith('POST'))).toEqual([expect.stringMatching('/v1/session 20[01]')])

  // A token that has become bad: the client refreshes it and tries again.
  await page.evaluate(() => {
    const key = Object.keys(sessionStorage).find((name) => name.startsWith('oidc.user:')) ?? ''
    const user = JSON.parse(sessionStorage.getItem(key) ?? '') as { access_token: string }
    sessionStorage.setItem(key, JSON.stringify({ ...user, access_token: `${user.access_token}x` }))
  })
  await page.reload()
  await page.getByText('Signed in as ada@example.com').waitFor()
  expect(statuses.slice(-2)).toEqual(['GET /v1/me 401', 'GET /v1/me 200'])

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('Signed out').waitFor()
  expect(statuses.filter((line) => !line.startsWith('OPTIONS')).slice(-2)).toEqual([
    'DELETE /v1/session 204',
    'POST /oauth2/revoke 200',
  ])
  await page.getByRole('button', { name: 'Sign in' }).click()
  // Cognito asks for the password again.
  await page.getByLabel('Password').waitFor()
  expect(errors).toEqual([])
  await context.close()
})

it('The page of docs/guides/sign-in.md says that a sign-in was revoked, and signs in again', async () => {
  const { page, context, errors } = await signedIn()
  const token = await page.evaluate(
    `JSON.parse(Object.entries(sessionStorage).find(([key]) => key.startsWith('oidc.user:'))[1]).access_token`,
  )
  await fetch(`${api}/v1/session`, { method: 'DELETE', headers: { Authorization: `Bearer ${String(token)}` } })
  await page.reload()
  await page.getByText('This sign-in was revoked. Sign in again.').waitFor()
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Signed in as ada@example.com').waitFor()
  expect(errors).toEqual([])
  await context.close()
})

it('The page of docs/guides/sign-in.md moves its tokens into cookies, which outlive a reload', async () => {
  const { page, context, errors } = await signedIn()
  await call(page, 'moveToCookies()')
  expect(await call(page, 'byCookie.me.get()')).toMatchObject({ email: 'ada@example.com' })
  await page.reload()
  await page.getByText('Signed out').waitFor()
  expect(await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith('oidc.user')))).toEqual(
    [],
  )
  expect(await call(page, 'byCookie.me.get()')).toMatchObject({ email: 'ada@example.com' })
  expect(errors).toEqual([])
  await context.close()
})
