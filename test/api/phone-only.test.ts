import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { callCognito } from '../../dev/cognito/call.ts'
import { type Api, createApi, type TestUser } from './harness.ts'
import { expectProblem, openConversation, queryAsSuperuser, read, say, type SignIn } from './helpers.ts'

const PASSWORD = 'Parley-test-1!'
const cognito = inject('cognito')

let api: Api
/** A pool whose users are known by their phone number, as its name in Cognito says. */
let pool: { UserPoolId: string; ClientId: string }
beforeAll(async () => {
  const made = await callCognito(cognito, 'CreateUserPool', {
    PoolName: 'phones',
    UsernameAttributes: ['phone_number'],
  })
  const { Id: UserPoolId } = (made as { UserPool: { Id: string } }).UserPool
  const ExplicitAuthFlows = ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']
  const client = await callCognito(cognito, 'CreateUserPoolClient', {
    UserPoolId,
    ClientName: 'phones',
    ExplicitAuthFlows,
  })
  const { ClientId } = (client as { UserPoolClient: { ClientId: string } }).UserPoolClient
  pool = { UserPoolId, ClientId }
  api = createApi({ COGNITO_ISSUER: `http://127.0.0.1:${cognito.port}/${UserPoolId}`, COGNITO_CLIENT_IDS: ClientId })
})

const newPhone = () => `+4917${Math.floor(Math.random() * 1e9)}`

async function createUser(phone: string) {
  const user = { UserPoolId: pool.UserPoolId, Username: phone }
  const UserAttributes = [{ Name: 'phone_number', Value: phone }]
  await callCognito(cognito, 'AdminCreateUser', { ...user, MessageAction: 'SUPPRESS', UserAttributes })
  await callCognito(cognito, 'AdminSetUserPassword', { ...user, Password: PASSWORD, Permanent: true })
}

async function signInByPhone(phone: string): Promise<TestUser> {
  const answer = await callCognito(cognito, 'InitiateAuth', {
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: pool.ClientId,
    AuthParameters: { USERNAME: phone, PASSWORD },
  })
  const result = (answer as { AuthenticationResult: { AccessToken: string; IdToken: string; RefreshToken: string } })
    .AuthenticationResult
  const { AccessToken: accessToken, IdToken: idToken, RefreshToken: refreshToken } = result
  return api.as({ email: '', sub: decodeJwt(accessToken).sub ?? '', accessToken, idToken, refreshToken })
}

describe('A user without an e-mail address', () => {
  it('registers, sees the profile, exports, deletes the account and comes back', async () => {
    const phone = newPhone()
    await createUser(phone)
    const user = await signInByPhone(phone)
    const { user: registered } = await read<SignIn>(user.post('/v1/session'), 201)
    const nothing = { email: null, emailVerified: false, firstName: null, lastName: null, name: null, avatarUrl: null }
    expect(registered).toMatchObject({ id: user.sub, ...nothing })
    expect(await read(user.get('/v1/me'))).toEqual(registered)
    expect(await read(user.patch('/v1/me', { name: 'Grace' }))).toMatchObject({ email: null, name: 'Grace' })

    await say(user, (await openConversation(user)).id, 'Hello')
    const lines = (await (await user.get('/v1/me/export')).text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(lines).toContainEqual(expect.objectContaining({ type: 'user', email: null, name: 'Grace' }))
    expect(lines.at(-1)).toMatchObject({ type: 'end' })

    await read(user.delete('/v1/me'))
    await expectProblem(await user.get('/v1/me'), 403, 'account_deleted')
    const back = await signInByPhone(phone)
    expect((await read<SignIn>(back.post('/v1/session'))).user).toMatchObject({
      id: user.sub,
      email: null,
      name: 'Grace',
    })
    expect(await queryAsSuperuser('select email from users where id = $1', [user.sub])).toEqual([{ email: null }])
  })

  it('is not taken for another one without', async () => {
    const users = await Promise.all(
      [newPhone(), newPhone()].map(async (phone) => {
        await createUser(phone)
        return signInByPhone(phone)
      }),
    )
    for (const user of users) {
      expect((await read<SignIn>(user.post('/v1/session'), 201)).user).toMatchObject({ id: user.sub, email: null })
    }
  })
})
