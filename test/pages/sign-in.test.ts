import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { signInLocally } from '../../dev/cognito.ts'
import { LOCAL_PASSWORD } from '../../dev/cognito/sign-in.ts'
import { openPglite } from '../../dev/database.ts'
import { freePort } from '../../dev/ports.ts'
import { type Stack, startStack } from '../../dev/stack.ts'
import { startWorker } from '../../dev/worker.ts'
import { type Browser, chromium, type Page } from '../clients/playwright.ts'
import { startApp } from './app.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 })

const HOSTS = ['localhost', '127.0.0.1'] as const
const cleanup = new AsyncDisposableStack()
let browser: Browser
let stack: Stack
let app: Awaited<ReturnType<typeof startApp>>
/** The Worker's port, with the cookies of a deployment and with those of `npm run dev`. */
const ports = { off: 0, on: 0 }

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-sign-in-'))
  cleanup.defer(() => rm(dataDir, { recursive: true, force: true }))
  const database = await openPglite(join(dataDir, 'postgres'))
  cleanup.defer(() => database.close())
  stack = await startStack({ database, dataDir })
  cleanup.defer(() => stack.close())
  await signInLocally(stack.cognito, 'ada@example.com')
  app = await startApp()
  cleanup.defer(() => app.close())
  const CORS_ORIGINS = HOSTS.map((host) => `http://${host}:${app.port}`).join()
  for (const DEVELOPMENT_COOKIES of ['off', 'on'] as const) {
    const port = await freePort(0, 'PORT')
    const bindings = { ...stack.bindings, CORS_ORIGINS, DEVELOPMENT_COOKIES }
    const worker = await startWorker({ port, bindings, dataDir: join(dataDir, DEVELOPMENT_COOKIES), cron: false })
    cleanup.defer(() => worker.close())
    ports[DEVELOPMENT_COOKIES] = port
  }
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
  cleanup.defer(() => browser.close())
})
afterAll(() => cleanup.disposeAsync())

/** A new browser profile on the app, at this host name. */
async function openApp(host: string, cookies: 'off' | 'on' = 'off') {
  const { issuer, clientId } = stack.cognito
  app.use({ apiUrl: `http://${host}:${ports[cookies]}`, issuer, clientId })
  const context = await browser.newContext()
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(`http://${host}:${app.port}/`)
  await page.getByText('signed out').waitFor()
  return { page, context, errors }
}

async function signIn(page: Page, email = 'ada@example.com', password = LOCAL_PASSWORD) {
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** A call of the app's page to the API. */
const call = (page: Page, ...args: [method: string, path: string, token?: string | null, body?: object]) =>
  page.evaluate(async (args) => {
    const { api } = globalThis as unknown as { api: (...args: unknown[]) => Promise<Response> }
    const response = await api(...args)
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as Record<string, unknown>) }
  }, args)

const tokensOf = (page: Page) =>
  page.evaluate(async () => {
    const { manager } = globalThis as unknown as { manager: { getUser: () => Promise<Record<string, string>> } }
    const user = await manager.getUser()
    return { accessToken: user['access_token'] ?? '', refreshToken: user['refresh_token'] ?? '' }
  })

describe.each(HOSTS)('oidc-client-ts on a page at %s', (host) => {
  it('signs in, calls the API, renews, and signs out', async () => {
    const { page, context, errors } = await openApp(host)
    await signIn(page)
    await page.getByText('signed in as ada@example.com').waitFor()
    expect(page.url()).toBe(`http://${host}:${app.port}/`)
    const { accessToken } = await tokensOf(page)
    expect((await call(page, 'POST', '/v1/session', accessToken)).status).toBeLessThan(300)
    expect(await call(page, 'GET', '/v1/me', accessToken)).toMatchObject({
      status: 200,
      body: { email: 'ada@example.com' },
    })

    await page.getByRole('button', { name: 'Renew' }).click()
    await page.getByText('renewed for ada@example.com').waitFor()
    const renewed = await tokensOf(page)
    expect(renewed.accessToken).not.toBe(accessToken)
    expect((await call(page, 'GET', '/v1/me', renewed.accessToken)).status).toBe(200)

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(`http://${host}:${app.port}/`)
    await page.getByText('signed out').waitFor()
    // Cognito's own session has ended, too: it asks for the password again.
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByLabel('Password').waitFor()
    expect(errors).toEqual([])
    await context.close()
  })
})

it('oidc-client-ts needs no other settings where issuer and endpoints are on different hosts, as at AWS', async () => {
  const { page, context, errors } = await openApp('localhost')
  const { issuer, port } = stack.cognito
  const domain = `http://localhost:${port}`
  await page.route(`${issuer}/.well-known/openid-configuration`, async (route) => {
    const response = await route.fetch()
    const json = (await response.json()) as Record<string, unknown>
    for (const [name, value] of Object.entries(json)) {
      const isEndpoint = typeof value === 'string' && name.endsWith('_endpoint')
      if (isEndpoint) json[name] = value.replace(new URL(issuer).origin, domain)
    }
    await route.fulfill({ response, json })
  })
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${domain}/login?*`)
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.getByLabel('Password').fill(LOCAL_PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('signed in as ada@example.com').waitFor()
  const { accessToken } = await tokensOf(page)
  expect((await call(page, 'POST', '/v1/session', accessToken)).status).toBeLessThan(300)
  await page.getByRole('button', { name: 'Renew' }).click()
  await page.getByText('renewed for ada@example.com').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('signed out').waitFor()
  expect(errors).toEqual([])
  await context.close()
})

it('A newcomer makes a mistake, signs up, confirms, and is in, with the keyboard alone', async () => {
  const { page, context, errors } = await openApp('localhost')
  await signIn(page, 'grace@example.com', 'not a user')
  await page.getByRole('alert').getByText('Incorrect username or password.').waitFor()
  expect(await page.getByLabel('E-mail').inputValue()).toBe('grace@example.com')
  expect(await page.getByLabel('Password').inputValue()).toBe('')
  await page.getByRole('link', { name: 'Create an account' }).click()
  await page.getByLabel('Name').focus()
  await page.keyboard.type('Grace Hopper')
  await page.keyboard.press('Tab')
  await page.keyboard.type('grace@example.com')
  await page.keyboard.press('Tab')
  await page.keyboard.type('Hopper-1906')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Confirm your e-mail' }).waitFor()
  const code = /the code is (\d{6})/.exec(await page.locator('main').innerText())?.[1] ?? ''
  await page.keyboard.type(code)
  await page.keyboard.press('Enter')
  await page.getByText('signed in as grace@example.com').waitFor()
  const { accessToken } = await tokensOf(page)
  expect(await call(page, 'POST', '/v1/session', accessToken)).toMatchObject({
    status: 201,
    body: { user: { email: 'grace@example.com', emailVerified: true, name: 'Grace Hopper' } },
  })
  // The browser notes each failed load, and the wrong password is one.
  expect(errors.filter((error) => !error.includes('400 (Bad Request)'))).toEqual([])
  await context.close()
})

describe.each(HOSTS.flatMap((host) => (['off', 'on'] as const).map((cookies) => ({ host, cookies }))))(
  'Cookies from another port of $host, with DEVELOPMENT_COOKIES=$cookies',
  ({ host, cookies }) => {
    it('sign in, read, write, refresh and sign out, and the page keeps no token', async () => {
      const { page, context, errors } = await openApp(host, cookies)
      await signIn(page)
      await page.getByText('signed in as ada@example.com').waitFor()
      const signedIn = await call(page, 'POST', '/v1/session', null, { transport: 'cookie', ...(await tokensOf(page)) })
      expect(signedIn.status).toBeLessThan(300)
      await page.evaluate('manager.removeUser()')

      const ofApi = async () => (await context.cookies()).filter(({ name }) => name.includes('parley'))
      const kept = await ofApi()
      expect(kept).toHaveLength(2)
      for (const cookie of kept) {
        expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', secure: cookies === 'off', domain: host })
      }
      await page.reload()
      await page.getByText('signed out').waitFor()
      expect(await call(page, 'GET', '/v1/me')).toMatchObject({ status: 200, body: { email: 'ada@example.com' } })
      expect((await call(page, 'PATCH', '/v1/me', null, { name: 'Ada' })).status).toBe(200)
      expect((await call(page, 'POST', '/v1/session/refresh')).status).toBe(200)
      expect((await call(page, 'DELETE', '/v1/session')).status).toBe(204)
      expect(await ofApi()).toEqual([])
      expect(errors).toEqual([])
      await context.close()
    })
  },
)

it('Screens: readable on a phone, in the dark, without a script', async () => {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: stack.cognito.clientId,
    redirect_uri: `http://localhost:${app.port}/callback`,
  })
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ viewport: { width: 320, height: 640 }, colorScheme })
    const page = await context.newPage()
    for (const path of ['/login', '/signup', '/error', '/signed-out']) {
      await page.goto(`http://127.0.0.1:${stack.cognito.port}${path}?${query}`)
      expect(await page.locator('script').count()).toBe(0)
      expect(await page.locator('html').getAttribute('lang')).toBe('en')
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
      const width = await page.evaluate<number>('document.documentElement.scrollWidth')
      expect(width).toBeLessThanOrEqual(320)
      const shots = process.env.SCREENSHOTS
      if (shots) await page.screenshot({ path: join(shots, `${path.slice(1)}-${colorScheme}.png`) })
    }
    await context.close()
  }
})
