import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { packClient } from '../../dev/client/pack.ts'
import { callCognito, signInLocally } from '../../dev/cognito.ts'
import { openPglite } from '../../dev/database.ts'
import { freePort } from '../../dev/ports.ts'
import { startStack } from '../../dev/stack.ts'
import { startWorker } from '../../dev/worker.ts'
import type * as Client from '../../src/client/index.ts'
import { type Browser, chromium } from '../clients/playwright.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const newClient = z.object({ UserPoolClient: z.object({ ClientId: z.string() }) })
const cleanup = new AsyncDisposableStack()
let browser: Browser
let url: string
let tokens: { accessToken: string; refreshToken: string }
let otherTokens: typeof tokens
let client: string

/** The local stack with an app client that rotates refresh tokens, without grace time: of two refreshes one is refused. */
beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-tabs-'))
  cleanup.defer(() => rm(dataDir, { recursive: true, force: true }))
  const database = await openPglite(join(dataDir, 'postgres'))
  cleanup.defer(() => database.close())
  const stack = await startStack({ database, dataDir })
  cleanup.defer(() => stack.close())
  await signInLocally(stack.cognito, 'ada@example.com')
  const created = await callCognito(stack.cognito, 'CreateUserPoolClient', {
    UserPoolId: stack.cognito.poolId,
    ClientName: 'rotating',
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
    RefreshTokenRotation: { Feature: 'ENABLED' },
  })
  const clientId = newClient.parse(created).UserPoolClient.ClientId
  tokens = await signInLocally({ ...stack.cognito, clientId }, 'ada@example.com')
  otherTokens = await signInLocally({ ...stack.cognito, clientId }, 'ada@example.com')
  client = (await packClient(dataDir)).script
  const bindings = { ...stack.bindings, COGNITO_CLIENT_IDS: clientId }
  const worker = await startWorker({ port: await freePort(0, 'PORT'), bindings, dataDir })
  cleanup.defer(() => worker.close())
  url = worker.url
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
  cleanup.defer(() => browser.close())
})
afterAll(() => cleanup.disposeAsync())

it('Two tabs that refresh at the same moment stay signed in', async () => {
  const page = await browser.newPage()
  await page.goto(`${url}/docs`)
  const fetchAll = (calls: [method: string, path: string, body?: object][]) =>
    page.evaluate(
      (calls) =>
        Promise.all(
          calls.map(async ([method, path, body]) => {
            const json = body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
            return (await fetch(path, { method, ...json })).status
          }),
        ),
      calls,
    )
  const refreshNames = async () =>
    (await page.context().cookies()).map(({ name }) => name).filter((name) => name.startsWith('__Host-parley-refresh'))

  const { accessToken, refreshToken } = tokens
  const signIn = { transport: 'cookie', accessToken, refreshToken }
  expect(await fetchAll([['POST', '/v1/session', signIn]])).toEqual([201])
  const [first] = await refreshNames()
  for (let turn = 0; turn < 3; turn++) {
    const refresh: [string, string] = ['POST', '/v1/session/refresh']
    expect((await fetchAll([refresh, refresh])).toSorted((a, b) => a - b)).toEqual([200, 401])
    expect(await refreshNames()).toHaveLength(1)
    expect(await fetchAll([['GET', '/v1/me']])).toEqual([200])
  }
  expect(await refreshNames()).not.toEqual([first])
  await page.close()
})

it('Two tabs with @parley/client refresh by themselves, one after the other', async () => {
  const context = await browser.newContext()
  const body = `${client}\nglobalThis.client = { cookie, createParley }`
  await context.route(`${url}/client.js`, (route) => route.fulfill({ contentType: 'text/javascript', body }))
  const open = async () => {
    const page = await context.newPage()
    await page.goto(`${url}/docs`)
    await page.addScriptTag({ url: `${url}/client.js`, type: 'module' })
    /** Signs in where there are tokens, then makes several calls at once. */
    const use = (tokens?: { accessToken: string; refreshToken: string }) =>
      page.evaluate(
        async ([baseUrl, tokens]) => {
          const { cookie, createParley } = (globalThis as unknown as { client: typeof Client }).client
          const parley = createParley({ baseUrl, auth: cookie() })
          if (tokens) await parley.session.signIn(tokens)
          const [me] = await Promise.all([parley.me.get(), parley.usage(), parley.conversations.list().toArray()])
          return me.email
        },
        [url, tokens] as const,
      )
    return use
  }
  const [first, second] = [await open(), await open()]
  const refreshes: number[] = []
  context.on('response', (response) => {
    if (response.url().endsWith('/v1/session/refresh')) refreshes.push(response.status())
  })
  expect(await first(otherTokens)).toBe('ada@example.com')
  for (let turn = 0; turn < 3; turn++) {
    await context.clearCookies({ name: '__Host-parley-access' })
    expect(await Promise.all([first(), second()])).toEqual(['ada@example.com', 'ada@example.com'])
  }
  expect(refreshes.length).toBeGreaterThanOrEqual(3)
  expect(new Set(refreshes)).toEqual(new Set([200]))
  await context.close()
})
