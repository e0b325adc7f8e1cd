import { Hono } from 'hono'
import { beforeAll, describe, expect, it } from 'vitest'
import { type AccessRule, requireAccess } from '../../src/auth/access.ts'
import type { Identity } from '../../src/auth/identity.ts'
import type { IdentityEnv } from '../../src/auth/user-env.ts'
import { createTrace } from '../../src/trace.ts'
import { type Api, createApi, type Overrides, type TestUser } from './harness.ts'
import { expectProblem } from './helpers.ts'
import { nowhere, pathOf, PROTECTED_ROUTES } from './protected-routes.ts'
import { reissue } from './tokens.ts'

const GROUPS = { COGNITO_REQUIRED_GROUPS: 'beta, staff' }
const SCOPES = { COGNITO_REQUIRED_SCOPES: 'chat/read, chat/write' }
const LIST = '/v1/conversations'
const healthy = createApi()
let ada: TestUser

beforeAll(async () => {
  ada = await healthy.newUser()
})

/** Ada at a Worker of her own, with a token that claims this. */
async function adaAt(settings: Overrides, claims: object): Promise<{ api: Api; user: TestUser }> {
  const api = createApi(settings)
  return { api, user: api.as({ ...ada, accessToken: await reissue(ada.accessToken, { ...claims }) }) }
}

const inGroups = (...groups: string[]) => ({ 'cognito:groups': groups })

async function expectNoEntry(settings: Overrides, claims: object, code: 'group_required' | 'insufficient_scope') {
  const { api, user } = await adaAt(settings, claims)
  const response = await user.get(LIST)
  const challenge = code === 'group_required' ? null : 'Bearer error="insufficient_scope", scope="chat/read chat/write"'
  expect(response.headers.get('WWW-Authenticate')).toBe(challenge)
  const problem = await expectProblem(response, 403, code)
  expect(await api.posts()).toBe(0)
  return problem
}

async function expectEntry(settings: Overrides, claims: object) {
  const { user } = await adaAt(settings, claims)
  expect((await user.get(LIST)).status).toBe(200)
}

describe('Required groups', () => {
  it.each([
    ['the first', ['beta']],
    ['the second', ['staff']],
    ['both', ['staff', 'beta']],
    ['one of them and others', ['a', 'staff', 'b']],
  ])('let in who is in %s', (_name, groups) => expectEntry(GROUPS, inGroups(...groups)))

  it.each([
    ['no group', []],
    ['another group', ['editors']],
    ['a group with a longer name', ['beta2', 'xstaff']],
    ['a group with a shorter name', ['bet', 'taff']],
    ['a group in another case', ['Beta', 'STAFF']],
    ['a group with a space', ['beta ', ' staff']],
    ['a group that is the whole setting', ['beta, staff', 'beta,staff']],
    ['a group with letters that look alike', ['bеta', 'ｓtaff']],
    ['a group with nothing in its name', ['']],
  ])('keep out who is in %s', async (_name, groups) => {
    await expectNoEntry(GROUPS, inGroups(...groups), 'group_required')
  })

  it('keep out who has no such claim, or a role of that name', async () => {
    await expectNoEntry(GROUPS, { 'cognito:groups': undefined }, 'group_required')
    await expectNoEntry(GROUPS, { 'cognito:roles': ['staff'], groups: ['staff'], scope: 'staff' }, 'group_required')
  })

  it('are not told to those whom they keep out', async () => {
    const problem = await expectNoEntry(GROUPS, {}, 'group_required')
    expect(JSON.stringify(problem)).not.toMatch(/beta|staff/)
  })
})

describe('Required scopes', () => {
  it.each([
    ['in their order', 'chat/read chat/write'],
    ['in another order, among others', 'openid chat/write email chat/read'],
    ['with spaces to spare', '  chat/read   chat/write '],
  ])('let in who has them all, %s', (_name, scope) => expectEntry(SCOPES, { scope }))

  it.each([
    ['none', undefined],
    ['an empty text', ''],
    ['others', 'openid email'],
    ['only the first', 'chat/read'],
    ['only the second', 'openid chat/write'],
    ['longer ones', 'chat/read2 chat/write'],
    ['shorter ones', 'chat/rea chat/write'],
    ['their resource server', 'chat chat/'],
    ['them in another case', 'Chat/read chat/WRITE'],
    ['them with a comma in between', 'chat/read,chat/write'],
    ['them with a tab in between', 'chat/read\tchat/write'],
  ])('keep out who has %s', async (_name, scope) => {
    await expectNoEntry(SCOPES, { scope }, 'insufficient_scope')
  })

  it('are named to who lacks them, so that a client can ask for them', async () => {
    const { detail } = await expectNoEntry(SCOPES, { scope: 'chat/read' }, 'insufficient_scope')
    expect(detail).toContain('chat/write')
    expect(detail).not.toContain('chat/read')
  })
})

describe('Both together', () => {
  const both = { ...GROUPS, ...SCOPES }

  it('are both needed', async () => {
    const scope = 'chat/read chat/write'
    await expectEntry(both, { scope, ...inGroups('beta') })
    await expectNoEntry(both, { scope }, 'group_required')
    await expectNoEntry(both, inGroups('beta'), 'insufficient_scope')
  })

  it('come after the token: without a good one it is a 401', async () => {
    const api = createApi(both)
    const response = await api.call('GET', LIST)
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer')
    await expectProblem(response, 401, 'unauthenticated')
  })

  it('leave open what is open', async () => {
    for (const path of ['/healthz', '/openapi.json']) expect((await createApi(both).call('GET', path)).status).toBe(200)
  })
})

it.each(PROTECTED_ROUTES.map((route) => [`${route.method} ${route.pattern}`, route] as const))(
  '%s is behind them, and the database is not asked',
  async (_name, route) => {
    const place = nowhere()
    for (const [settings, code] of [
      [GROUPS, 'group_required'],
      [SCOPES, 'insufficient_scope'],
    ] as const) {
      const api = createApi(settings)
      const headers = { Authorization: `Bearer ${ada.accessToken}` }
      const json = route.body?.(place)
      await expectProblem(await api.call(route.method, pathOf(route, place), { json, headers }), 403, code)
      expect(await api.posts()).toBe(0)
    }
  },
)

describe('Settings', () => {
  it.each<[string, Overrides]>([
    ['that are missing', {}],
    ['that are empty', { COGNITO_REQUIRED_GROUPS: '', COGNITO_REQUIRED_SCOPES: ' ' }],
  ])('%s ask for nothing', (_name, settings) => expectEntry(settings, { scope: undefined, ...inGroups() }))

  it.each([
    'chat"read',
    'chat\\read',
    'chat/read chat/write',
    'chat/read, chat write',
    'chat\nread',
    'chat\u007F',
    'chät',
    '"',
  ])('%j are no scopes, and nothing works until that is put right', async (COGNITO_REQUIRED_SCOPES) => {
    await expectProblem(await createApi({ COGNITO_REQUIRED_SCOPES }).call('GET', '/healthz'), 500, 'misconfigured')
  })

  it('may hold every sign that a scope may hold', async () => {
    const scope = "!#$%&'()*+-./09:;<=>?@AZ[]^_`az{|}~"
    await expectEntry({ COGNITO_REQUIRED_SCOPES: scope }, { scope })
    const { user } = await adaAt({ COGNITO_REQUIRED_SCOPES: scope }, { scope: 'other' })
    const challenge = (await user.get(LIST)).headers.get('WWW-Authenticate')
    expect(challenge).toBe(`Bearer error="insufficient_scope", scope="${scope}"`)
  })
})

/** Asks a route of that rule as somebody. */
const ask = (rule: AccessRule, identity: Partial<Identity>) =>
  new Hono<IdentityEnv>()
    .use((c, next) => {
      c.set('trace', createTrace('mine'))
      c.set('identity', { scopes: [], groups: [], ...identity } as Identity)
      return next()
    })
    .get('/', requireAccess(rule), (c) => c.text('in'))
    .request('/')

describe('A route that wants more than the rest', () => {
  it.each<[string, AccessRule, Partial<Identity>]>([
    ['with a rule that asks for nothing', {}, {}],
    ['with all scopes', { scopes: ['a', 'b'] }, { scopes: ['b', 'a'] }],
    ['with one of the groups', { groups: ['x', 'y'] }, { groups: ['y'] }],
    ['with both', { scopes: ['a'], groups: ['x'] }, { scopes: ['a'], groups: ['x'] }],
  ])('lets in %s', async (_name, rule, identity) => {
    expect((await ask(rule, identity)).status).toBe(200)
  })

  it.each<[string, AccessRule, Partial<Identity>, 'Bearer error="insufficient_scope", scope="a b"' | null]>([
    ['without a scope', { scopes: ['a', 'b'] }, { scopes: ['a'] }, 'Bearer error="insufficient_scope", scope="a b"'],
    ['without a group', { groups: ['x'] }, { scopes: ['x'] }, null],
    [
      'with the scope as a group',
      { scopes: ['a', 'b'] },
      { groups: ['a', 'b'] },
      'Bearer error="insufficient_scope", scope="a b"',
    ],
  ])('keeps out %s', async (_name, rule, identity, challenge) => {
    const response = await ask(rule, identity)
    expect([response.status, response.headers.get('WWW-Authenticate')]).toEqual([403, challenge])
    expect(await response.text()).not.toBe('in')
  })
})
