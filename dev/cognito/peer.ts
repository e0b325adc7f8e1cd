import { createRequire } from 'node:module'
import type { RequestListener } from 'node:http'
import { DefaultConfig } from 'cognito-local/lib/server/config.js'
import { Router } from 'cognito-local/lib/server/Router.js'
import { createServer } from 'cognito-local/lib/server/server.js'
import { CognitoServiceFactoryImpl, type CognitoService } from 'cognito-local/lib/services/cognitoService.js'
import type { Context } from 'cognito-local/lib/services/context.js'
import type { Services } from 'cognito-local/lib/services/index.js'
import { UserPoolServiceFactoryImpl } from 'cognito-local/lib/services/userPoolService.js'
import * as z from 'zod'
import { createDirectory, type Directory, requireLiveSignIn } from './directory.ts'
import { InvalidPasswordError, NotAuthorizedError } from './exceptions.ts'
import { createFileStores } from './file-store.ts'
import { type Attribute, signTokens, wasIssuedTo } from './tokens.ts'

/** Of all users: no message is sent. */
export const CONFIRMATION_CODE = '000000'

const newClient = z.object({ UserPoolClient: z.object({ ClientId: z.string() }) })
const authAnswer = z.object({ AuthenticationResult: z.object({ AccessToken: z.string(), IdToken: z.string() }) })

/** A Cognito in this process: `call` runs one action directly, `listener` speaks its protocol over HTTP. */
export interface Peer {
  listener: RequestListener
  call: (action: string, request: object) => Promise<unknown>
  directory: Directory
}

/** The members of requests that are read here, before or beside cognito-local. */
interface ActionRequest {
  AccessToken?: unknown
  AuthParameters?: { REFRESH_TOKEN?: string }
  ClientId?: string
  Password?: string
  RefreshToken?: string
  Token?: string
  Username?: string
  RefreshTokenRotation?: { Feature?: string; RetryGracePeriodSeconds?: number }
}

/**
 * Builds cognito-local out of its parts. Its default factory would keep its data under the working directory, take the
 * port from the environment and load the whole AWS SDK; the parts need none of it.
 *
 * @param issuerOf answers the `iss` for a pool; asked anew for each token, because the system may pick the port
 */
export async function createPeer(dataDir: string, issuerOf: (poolId: string) => string): Promise<Peer> {
  const logger = silentLogger()
  const context = { logger }
  const clock = { get: () => new Date() }
  const stores = createFileStores(dataDir)
  const pools = new UserPoolServiceFactoryImpl(clock, stores)
  const factory = new CognitoServiceFactoryImpl(dataDir, stores, pools)
  const cognito = await factory.create(context, DefaultConfig.UserPoolDefaults)

  let running: ActionRequest = {}
  let nextRefreshToken = ''
  // cognito-local does not keep the setting: rotation lasts as long as this process. Grace times by client, in seconds.
  const rotating = new Map<string, number>()
  /** When a token that was rotated away stops working, in milliseconds since 1970. */
  const graceEnds = new Map<string, number>()
  const services: Services = {
    clock,
    cognito,
    config: DefaultConfig,
    messages: { deliver: async () => undefined },
    otp: () => CONFIRMATION_CODE,
    tokenGenerator: {
      generate: async (_context, user, groups, client, _metadata, source) => {
        const refreshedFrom = source === 'RefreshTokens' ? running.AuthParameters?.REFRESH_TOKEN : undefined
        const tokens = await signTokens(issuerOf(client.UserPoolId), user, groups, client, { refreshedFrom })
        nextRefreshToken = tokens.RefreshToken
        return tokens
      },
    },
    triggers: noTriggers,
  }
  const route = Router(services)
  const perform = async (action: string, context: Context, request: ActionRequest): Promise<unknown> => {
    running = request
    const refreshToken = request.RefreshToken ?? request.AuthParameters?.REFRESH_TOKEN ?? request.Token
    if (refreshToken !== undefined && !wasIssuedTo(refreshToken, request.ClientId)) throw new NotAuthorizedError()
    if (action === 'SignUp' && !isStrong(request.Password)) throw new InvalidPasswordError()
    if (action === 'GetUser') await requireLiveSignIn(cognito, context, request.AccessToken)
    if (action === 'GetTokensFromRefreshToken') return refresh(context, request)
    const answer = await route(action)(context, request)
    if (action === 'ConfirmSignUp') await verifyEmail(cognito, context, request)
    if (action === 'CreateUserPoolClient' && request.RefreshTokenRotation?.Feature === 'ENABLED') {
      const { RetryGracePeriodSeconds = 0 } = request.RefreshTokenRotation
      rotating.set(newClient.parse(answer).UserPoolClient.ClientId, RetryGracePeriodSeconds)
    }
    return answer
  }
  /** cognito-local has only the older way to refresh, which knows no rotation. */
  const refresh = async (context: Context, { ClientId = '', RefreshToken = '' }: ActionRequest): Promise<unknown> => {
    const AuthParameters = { REFRESH_TOKEN: RefreshToken }
    const request = { AuthFlow: 'REFRESH_TOKEN_AUTH', ClientId, AuthParameters }
    const { AuthenticationResult } = authAnswer.parse(await perform('InitiateAuth', context, request))
    const grace = rotating.get(ClientId)
    if (grace === undefined) return { AuthenticationResult }
    const pool = await cognito.getUserPoolForClientId(context, ClientId)
    const hasGrace = Date.now() < (graceEnds.get(RefreshToken) ?? Infinity)
    if (!hasGrace) throw new NotAuthorizedError()
    if (grace > 0 && !graceEnds.has(RefreshToken)) graceEnds.set(RefreshToken, Date.now() + grace * 1000)
    await addRefreshToken(pool, context, { old: RefreshToken, next: nextRefreshToken, keepOld: grace > 0 })
    return { AuthenticationResult: { ...AuthenticationResult, RefreshToken: nextRefreshToken } }
  }
  // Cognito's actions are atomic. Here each is several reads and writes, so they run one after the other.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work)
    last = next.catch(() => undefined)
    return next
  }
  const router = (action: string) => (context: Context, request: ActionRequest) =>
    inTurn(() => perform(action, context, request))
  const directory = createDirectory(cognito, context, issuerOf)
  return {
    listener: createServer(router, logger, {}).application,
    call: (action, request) => router(action)(context, request),
    directory: { ...directory, issue: (...args) => inTurn(() => directory.issue(...args)) },
  }
}

/** Cognito's default policy. */
const isStrong = (password = ''): boolean =>
  password.length >= 8 && [/[a-z]/, /[A-Z]/, /\d/, /[^\p{L}\d\s]/u].every((kind) => kind.test(password))

/** In Cognito, who can type in the code of a message has the address that it went to. */
async function verifyEmail(cognito: CognitoService, context: Context, request: ActionRequest): Promise<void> {
  const pool = await cognito.getUserPoolForClientId(context, request.ClientId ?? '')
  const user = await pool.getUserByUsername(context, request.Username ?? '')
  if (user === null) return
  const others = (user.Attributes as Attribute[]).filter(({ Name }) => Name !== 'email_verified')
  await pool.saveUser(context, { ...user, Attributes: [...others, { Name: 'email_verified', Value: 'true' }] })
}

async function addRefreshToken(
  pool: Awaited<ReturnType<CognitoService['getUserPoolForClientId']>>,
  context: Context,
  { old, next, keepOld }: { old: string; next: string; keepOld: boolean },
): Promise<void> {
  const user = await pool.getUserByRefreshToken(context, old)
  if (user === null) throw new NotAuthorizedError()
  const kept = user.RefreshTokens.filter((token) => keepOld || token !== old)
  await pool.saveUser(context, { ...user, RefreshTokens: [...kept, next] })
}

const unused = () => Promise.reject(new Error('The local Cognito runs no triggers.'))

const noTriggers: Services['triggers'] = {
  enabled: () => false,
  customMessage: unused,
  customEmailSender: unused,
  postAuthentication: unused,
  postConfirmation: unused,
  preSignUp: unused,
  preTokenGeneration: unused,
  userMigration: unused,
}

/** cognito-local logs whole data files, through its own copy of pino: to nowhere. */
function silentLogger(): Parameters<typeof createServer>[1] {
  const require = createRequire(createRequire(import.meta.url).resolve('cognito-local'))
  return require('pino')({ level: 'silent' })
}
