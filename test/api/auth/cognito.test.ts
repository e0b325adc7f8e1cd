import { describe, expect, it } from 'vitest'
import { createCognito } from '../../../src/auth/cognito.ts'
import { issuer, sub } from './issuer.ts'

const attributes = {
  sub,
  email: 'ada@example.com',
  email_verified: 'true',
  given_name: 'Ada',
  family_name: 'Lovelace',
  name: 'Ada Lovelace',
  picture: 'https://example.com/ada.png',
  'custom:plan': 'free',
}

const userOf = (values: object) => ({
  Username: 'ada',
  UserAttributes: Object.entries(values).map(([Name, Value]) => ({ Name, Value })),
})

const answer =
  (body: unknown, status = 200) =>
  async () =>
    Response.json(body, { status })
const exception = (name: string, status = 400) => answer({ __type: name, message: 'secret inner words' }, status)
const outage = () => Promise.reject<Response>(new TypeError('connection refused'))

type Answer = (init: RequestInit) => Promise<Response>

/** Cognito that gives these answers one after the other, and the last one from then on. */
function setUp(answers: Answer[], options: { issuer?: string; timeoutMs?: number } = {}) {
  const requests: { url: string; init: RequestInit }[] = []
  const cognito = createCognito({
    issuer,
    timeoutMs: 1000,
    ...options,
    fetch: async (url, init) => {
      requests.push({ url, init })
      return (answers[requests.length - 1] ?? answers.at(-1) ?? outage)(init)
    },
  })
  return {
    requests,
    getUser: (signal?: AbortSignal) => cognito.getUser('the.access.token', { userId: sub, signal }),
    refresh: () => cognito.refresh('the.refresh.token', 'client'),
    revoke: () => cognito.revoke('the.refresh.token', 'client'),
  }
}

describe('the profile', () => {
  it('has the names that Parley uses', async () => {
    const { getUser } = setUp([answer(userOf(attributes))])
    expect(await getUser()).toEqual([
      {
        sub,
        email: 'ada@example.com',
        emailVerified: true,
        firstName: 'Ada',
        lastName: 'Lovelace',
        name: 'Ada Lovelace',
        avatarUrl: 'https://example.com/ada.png',
      },
      null,
    ])
  })

  it.each([
    ['true', true],
    ['True', true],
    ['false', false],
    ['yes', false],
  ])('takes an e-mail whose email_verified is %s as it is meant', async (email_verified, emailVerified) => {
    const { getUser } = setUp([answer(userOf({ ...attributes, email_verified }))])
    expect((await getUser())[0]).toMatchObject({ emailVerified })
  })

  it('is null where Cognito has nothing', async () => {
    const { getUser } = setUp([answer(userOf({ sub, email: 'ada@example.com', given_name: ' ' }))])
    const [profile] = await getUser()
    const nothing = { emailVerified: false, firstName: null, lastName: null, name: null, avatarUrl: null }
    expect(profile).toMatchObject(nothing)
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', '{"data":{"url":"https://x"}}', 'https://', 'ada.png'])(
    'has no avatar that is no web address: %s',
    async (picture) => {
      const { getUser } = setUp([answer(userOf({ ...attributes, picture }))])
      expect((await getUser())[0]).toMatchObject({ avatarUrl: null })
    },
  )

  it('holds nothing that the database refuses', async () => {
    const { getUser } = setUp([answer(userOf({ ...attributes, name: 'A\0da \uD800' }))])
    expect((await getUser())[0]?.name).toBe('Ada \uFFFD')
  })
})

describe('the request', () => {
  it('goes to the API of the pool, with the token and no signature', async () => {
    const { getUser, requests } = setUp([answer(userOf(attributes))])
    await getUser()
    const [{ url, init } = { url: '', init: {} }] = requests
    expect(url).toBe('https://cognito-idp.eu-central-1.amazonaws.com/')
    expect(init).toMatchObject({ method: 'POST', body: '{"AccessToken":"the.access.token"}', redirect: 'manual' })
    const headers = new Headers(init.headers)
    expect(headers.get('content-type')).toBe('application/x-amz-json-1.1')
    expect(headers.get('x-amz-target')).toBe('AWSCognitoIdentityProviderService.GetUser')
  })

  it.each([
    ['http://127.0.0.1:9229/local_1', 'http://127.0.0.1:9229/'],
    ['https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_1', 'https://cognito-idp.us-east-1.amazonaws.com/'],
  ])('of %s goes to %s', async (issuer, endpoint) => {
    const { getUser, requests } = setUp([answer(userOf(attributes))], { issuer })
    await getUser()
    expect(requests[0]?.url).toBe(endpoint)
  })
})

describe('a user whom Cognito does not vouch for', () => {
  it.each([
    'NotAuthorizedException',
    'com.amazonaws.cognito.identity.idp#NotAuthorizedException',
    'UserNotFoundException',
    'UserNotConfirmedException',
    'PasswordResetRequiredException',
    'InvalidParameterException',
  ])('is unauthenticated: %s', async (name) => {
    const { getUser, requests } = setUp([exception(name)])
    const [, error] = await getUser()
    expect(error?.code).toBe('unauthenticated')
    expect(JSON.stringify(error)).not.toContain('secret')
    expect(requests).toHaveLength(1)
  })

  it.each([
    { ...attributes, sub: sub.replace('4', '5') },
    { ...attributes, sub: undefined },
    { email: attributes.email },
  ])('is unauthenticated when the answer is about someone else', async (values) => {
    const [, error] = await setUp([answer(userOf(values))]).getUser()
    expect(error).toMatchObject({ code: 'unauthenticated', context: { reason: 'other_user' } })
  })

  it('may have no e-mail address, as with those who signed up by phone', async () => {
    const [profile] = await setUp([answer(userOf({ ...attributes, email: undefined }))]).getUser()
    expect(profile).toMatchObject({ sub, email: null })
  })
})

describe('Cognito that fails', () => {
  it.each<[string, Answer]>([
    ['the network', outage],
    ['a 500', exception('InternalErrorException', 500)],
    ['a 503 that is no JSON', async () => new Response('<html>', { status: 503 })],
    ['a 500 that names a refusal', exception('NotAuthorizedException', 500)],
  ])('is asked once more: %s', async (_name, failing) => {
    const recovered = setUp([failing, answer(userOf(attributes))])
    expect((await recovered.getUser())[1]).toBeNull()
    expect(recovered.requests).toHaveLength(2)

    const down = setUp([failing])
    expect((await down.getUser())[1]?.code).toBe('identity_provider_unavailable')
    expect(down.requests).toHaveLength(2)
  })

  it.each<[string, Answer]>([
    ['throttling', exception('TooManyRequestsException')],
    ['a firewall', exception('ForbiddenException', 403)],
    ['a missing pool', exception('ResourceNotFoundException')],
    ['an exception without a name', answer({ message: 'secret inner words' }, 400)],
    ['a redirect', async () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } })],
    ['no JSON', async () => new Response('<html>')],
    ['a list', answer([])],
    ['null', answer(null)],
    ['attributes that are no list', answer({ UserAttributes: { sub } })],
    ['attributes that are numbers', answer({ UserAttributes: [{ Name: 'sub', Value: 1 }] })],
    ['over 64 KiB', answer(userOf({ ...attributes, name: 'x'.repeat(70_000) }))],
  ])('is unavailable, and not asked again: %s', async (_name, failing) => {
    const { getUser, requests } = setUp([failing])
    const [, error] = await getUser()
    expect(error?.code).toBe('identity_provider_unavailable')
    expect(JSON.stringify(error)).not.toMatch(/secret|token/)
    expect(requests).toHaveLength(1)
  })

  it('is given up on after the time-out', async () => {
    const { getUser, requests } = setUp([() => new Promise<never>(() => undefined)], { timeoutMs: 50 })
    expect((await getUser())[1]).toMatchObject({
      code: 'identity_provider_unavailable',
      context: { failure: 'timeout' },
    })
    expect(requests).toHaveLength(1)
  })

  it('is given up on when the caller is', async () => {
    const { getUser, requests } = setUp([() => new Promise<never>(() => undefined)])
    expect((await getUser(AbortSignal.abort()))[1]?.code).toBe('identity_provider_unavailable')
    expect(requests.length).toBeLessThan(2)
  })
})

describe('a refresh', () => {
  const tokens = { AccessToken: 'new.access.token', IdToken: 'new.id.token', ExpiresIn: 3600, TokenType: 'Bearer' }

  it('asks with the app client, in the way that knows rotation', async () => {
    const { refresh, requests } = setUp([answer({ AuthenticationResult: tokens })])
    expect(await refresh()).toEqual([{ accessToken: 'new.access.token', refreshToken: null }, null])
    const init = requests[0]?.init ?? {}
    expect(init.body).toBe('{"ClientId":"client","RefreshToken":"the.refresh.token"}')
    expect(new Headers(init.headers).get('x-amz-target')).toBe(
      'AWSCognitoIdentityProviderService.GetTokensFromRefreshToken',
    )
  })

  it.each([
    ['next.refresh.token', 'next.refresh.token'],
    [null, null],
  ])('hands on the next refresh token: %s', async (RefreshToken, refreshToken) => {
    const { refresh } = setUp([answer({ AuthenticationResult: { ...tokens, RefreshToken } })])
    expect((await refresh())[0]).toEqual({ accessToken: 'new.access.token', refreshToken })
  })

  it('is repeated when the answer is lost', async () => {
    const { refresh, requests } = setUp([outage, answer({ AuthenticationResult: tokens })])
    expect((await refresh())[1]).toBeNull()
    expect(requests).toHaveLength(2)
  })

  it.each<[string, Answer]>([
    ['nothing', async () => new Response(null)],
    ['no tokens', answer({})],
    ['a challenge', answer({ ChallengeName: 'NEW_PASSWORD_REQUIRED' })],
    ['no access token', answer({ AuthenticationResult: { IdToken: 'x' } })],
    ['an empty access token', answer({ AuthenticationResult: { AccessToken: '' } })],
    ['a number for a token', answer({ AuthenticationResult: { AccessToken: 7 } })],
  ])('is unavailable when the answer holds %s', async (_, strange) => {
    expect((await setUp([strange]).refresh())[1]?.code).toBe('identity_provider_unavailable')
  })
})

describe('a revocation', () => {
  it('asks with the app client', async () => {
    // Cognito's 200 has no body at all.
    const { revoke, requests } = setUp([async () => new Response(null)])
    expect(await revoke()).toEqual([undefined, null])
    const init = requests[0]?.init ?? {}
    expect(init.body).toBe('{"ClientId":"client","Token":"the.refresh.token"}')
    expect(new Headers(init.headers).get('x-amz-target')).toBe('AWSCognitoIdentityProviderService.RevokeToken')
  })

  it('is repeated when the answer is lost', async () => {
    const { revoke, requests } = setUp([exception('InternalErrorException', 500), answer({})])
    expect((await revoke())[1]).toBeNull()
    expect(requests).toHaveLength(2)
  })
})

describe.each(['refresh', 'revoke'] as const)('%s', (action) => {
  it.each([
    'NotAuthorizedException',
    'UnauthorizedException',
    'RefreshTokenReuseException',
    'UnsupportedTokenTypeException',
    'InvalidParameterException',
    'UserNotFoundException',
  ])('is refused for good: %s', async (name) => {
    const setting = setUp([exception(name)])
    const [, error] = await setting[action]()
    expect(error).toEqual({ code: 'unauthenticated', context: { exception: name } })
    expect(setting.requests).toHaveLength(1)
  })

  it.each<[string, Answer]>([
    ['throttling', exception('TooManyRequestsException')],
    ['a firewall', exception('ForbiddenException', 403)],
    ['a missing client', exception('ResourceNotFoundException')],
    ['revocation switched off', exception('UnsupportedOperationException')],
    ['a failing trigger', exception('UserLambdaValidationException')],
    ['an outage', outage],
    ['a 500', exception('InternalErrorException', 500)],
  ])('may work later: %s', async (_, failing) => {
    const [, error] = await setUp([failing])[action]()
    expect(error?.code).toBe('identity_provider_unavailable')
    expect(JSON.stringify(error)).not.toMatch(/secret|the\.refresh/)
  })

  it('is given up on after the time-out', async () => {
    const hanging = setUp([() => new Promise<never>(() => undefined)], { timeoutMs: 50 })
    expect((await hanging[action]())[1]).toMatchObject({ context: { failure: 'timeout' } })
  })
})
