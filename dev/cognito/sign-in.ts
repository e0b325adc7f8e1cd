import { decodeJwt } from 'jose'
import * as z from 'zod'
import { callCognito, type LocalCognito } from './call.ts'

export interface LocalSignIn {
  accessToken: string
  refreshToken: string
  idToken: string
  /** The user's id, a UUID. */
  sub: string
}

/** What a new local user is called; what is missing is read off the e-mail address. */
export interface LocalNames {
  givenName?: string
  familyName?: string
  name?: string
}

/** Of all users whom {@link signInLocally} makes. */
export const LOCAL_PASSWORD = 'Parley-local-1!'

const authAnswer = z.object({
  AuthenticationResult: z
    .object({ AccessToken: z.string(), IdToken: z.string(), RefreshToken: z.string().optional() })
    .optional(),
})

/**
 * Signs a local user in, and makes that user at the first use of the address. May be called for one address from
 * several places at once. Rejects when the local Cognito cannot be reached or refuses.
 *
 * @param email the address, in any case; it is the user's name in the pool
 */
export async function signInLocally(cognito: LocalCognito, email: string, names?: LocalNames): Promise<LocalSignIn> {
  const address = email.trim().toLowerCase()
  if (!/^[^\s@]+@[^\s@]+$/.test(address)) throw new Error(`"${email}" is not an e-mail address.`)
  const known = await authenticate(cognito, address)
  if (known !== undefined) return known
  await createUser(cognito, address, names)
  const created = await authenticate(cognito, address)
  if (created === undefined) throw new Error(`The local Cognito does not let ${address} in.`)
  return created
}

/** New tokens for the same sign-in. Rejects when the refresh token was revoked. */
export async function refreshLocally(cognito: LocalCognito, refreshToken: string): Promise<LocalSignIn> {
  const answer = await callCognito(cognito, 'InitiateAuth', {
    AuthFlow: 'REFRESH_TOKEN_AUTH',
    ClientId: cognito.clientId,
    AuthParameters: { REFRESH_TOKEN: refreshToken },
  })
  const refreshed = toSignIn(answer, refreshToken)
  if (refreshed === undefined) throw new Error('The local Cognito gave no new tokens.')
  return refreshed
}

/** Undefined when the user does not exist yet, or is being made this moment and has no password. */
async function authenticate(cognito: LocalCognito, email: string): Promise<LocalSignIn | undefined> {
  const answer = await callCognito(cognito, 'InitiateAuth', {
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: cognito.clientId,
    AuthParameters: { USERNAME: email, PASSWORD: LOCAL_PASSWORD },
  }).catch(unless('NotAuthorizedException', 'UserNotFoundException', 'InvalidPasswordException'))
  return answer === undefined ? undefined : toSignIn(answer)
}

async function createUser(cognito: LocalCognito, email: string, names: LocalNames = {}): Promise<void> {
  const user = { UserPoolId: cognito.poolId, Username: email }
  const { givenName, familyName } = { ...namesOf(email), ...names }
  const attributes = {
    email,
    email_verified: 'true',
    given_name: givenName,
    family_name: familyName,
    name: names.name ?? `${givenName} ${familyName}`,
  }
  await callCognito(cognito, 'AdminCreateUser', {
    ...user,
    MessageAction: 'SUPPRESS',
    UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
  }).catch(unless('UsernameExistsException'))
  await callCognito(cognito, 'AdminSetUserPassword', { ...user, Password: LOCAL_PASSWORD, Permanent: true })
}

/** `ada.lovelace+test@…` is Ada Lovelace; a single word gets a family name from its host: `bo@acme.io` is Bo Acme. */
function namesOf(email: string): { givenName: string; familyName: string } {
  const [local = '', host = ''] = email.split('@')
  const [givenName = 'Guest', ...rest] = wordsOf(local.replace(/\+.*/, ''))
  return { givenName, familyName: rest.join(' ') || wordsOf(host)[0] || 'Guest' }
}

function wordsOf(text: string): string[] {
  const words = text.split(/[^\p{L}]+/u).filter((word) => word !== '')
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
}

function toSignIn(answer: unknown, refreshToken = ''): LocalSignIn | undefined {
  const result = authAnswer.parse(answer).AuthenticationResult
  if (result === undefined) return undefined
  return {
    accessToken: result.AccessToken,
    refreshToken: result.RefreshToken ?? refreshToken,
    idToken: result.IdToken,
    sub: decodeJwt(result.AccessToken).sub ?? '',
  }
}

/** A catch handler that answers undefined for the named exceptions and rethrows everything else. */
function unless(...exceptions: string[]) {
  return (thrown: unknown): undefined => {
    if (!(thrown instanceof Error) || !exceptions.includes(thrown.name)) throw thrown
  }
}
