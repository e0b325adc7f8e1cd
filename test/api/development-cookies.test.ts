import { beforeAll, describe, expect, it } from 'vitest'
import { ACCESS, bodyOf, cookiesFor, cookiesOf, createBrowser, openBrowser, takenBack } from './browser.ts'
import { createApi, signIn, type TestUser } from './harness.ts'
import { expectProblem, read } from './helpers.ts'

const api = createApi({ DEVELOPMENT_COOKIES: 'on' })
const production = createApi()
let ada: TestUser

beforeAll(async () => {
  ada = await api.newUser()
})

describe('DEVELOPMENT_COOKIES=on', () => {
  it('sets cookies that browsers keep on plain HTTP, and that no script can read', async () => {
    const response = await createBrowser(api).send('POST', '/v1/session', { json: bodyOf(await signIn()) })
    const cookies = cookiesOf(response)
    expect(cookies.map(({ name }) => name)).toEqual([
      'parley-dev-access',
      expect.stringMatching(/^parley-dev-refresh-[\w-]{8}$/),
    ])
    for (const { attributes } of cookies) {
      expect(attributes.slice(1)).toEqual(['Path=/', 'HttpOnly', 'SameSite=Strict'])
    }
  })

  it('reads, refreshes and ends a sign-in by them', async () => {
    const browser = await openBrowser(api, await ada.elsewhere())
    expect(await read(browser.send('GET', '/v1/me'))).toMatchObject({ id: ada.sub })
    expect((await browser.send('POST', '/v1/session/refresh')).status).toBe(200)
    expect((await browser.send('PATCH', '/v1/me', { json: { name: 'Ada' } })).status).toBe(200)
    const names = [...browser.cookies.keys()]
    const out = await browser.send('DELETE', '/v1/session')
    expect([out.status, takenBack(out)]).toEqual([204, names])
    expect(browser.cookies.size).toBe(0)
  })

  it('keeps a page of another origin out, as ever', async () => {
    const browser = await openBrowser(api, await ada.elsewhere())
    const headers = { Origin: 'http://localhost:5173' }
    const refused = await browser.send('PATCH', '/v1/me', { json: { name: 'Forged' }, headers })
    await expectProblem(refused, 403, 'origin_not_allowed')
  })

  it('looks at no cookie of the other kind', async () => {
    const browser = createBrowser(api, cookiesFor(ada))
    await expectProblem(await browser.send('GET', '/v1/me'), 401, 'unauthenticated')
    await expectProblem(await browser.send('POST', '/v1/session/refresh'), 401, 'unauthenticated')
  })
})

it('Without it, the cookies that any host of the site may set are not looked at', async () => {
  const held = [...(await openBrowser(api, await ada.elsewhere())).cookies]
  const browser = createBrowser(production, Object.fromEntries(held))
  await expectProblem(await browser.send('GET', '/v1/me'), 401, 'unauthenticated')
  await expectProblem(await browser.send('POST', '/v1/session/refresh'), 401, 'unauthenticated')
  const [access] = cookiesOf(await browser.send('POST', '/v1/session', { json: bodyOf(await signIn()) }))
  expect([access?.name, access?.attributes]).toEqual([ACCESS, expect.arrayContaining(['Secure'])])
})

describe.each([
  'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE',
  'http://localhost.example.com/pool',
  'http://localhost@example.com/pool',
  'http://127.0.0.1.nip.io/pool',
  'http://192.168.0.1/pool',
])('With the issuer %s it is refused', (COGNITO_ISSUER) => {
  it.each(['/readyz', '/healthz', '/docs', '/openapi.json', '/v1/me', '/nothing'])('at %s', async (path) => {
    const deployed = createApi({ DEVELOPMENT_COOKIES: 'on', COGNITO_ISSUER })
    await expectProblem(await deployed.call('GET', path), 500, 'misconfigured')
  })
})

it('Nothing but on and off is a setting', async () => {
  await expectProblem(await createApi({ DEVELOPMENT_COOKIES: 'true' }).call('GET', '/healthz'), 500, 'misconfigured')
})
