import { createServer, type Server } from 'node:http'
import * as z from 'zod'
import type { LocalCognito } from './cognito/call.ts'
import { createFront } from './cognito/login/front.ts'
import { createPeer, type Peer } from './cognito/peer.ts'

export { callCognito, type LocalCognito } from './cognito/call.ts'
export { refreshLocally, signInLocally, type LocalNames, type LocalSignIn } from './cognito/sign-in.ts'

/** A Cognito that runs in this process, on loopback only. */
export interface RunningCognito extends LocalCognito {
  /** The `iss` of its tokens; its keys are at `<issuer>/.well-known/jwks.json`. */
  issuer: string
  close: () => Promise<void>
}

const name = 'parley'
const poolList = z.object({ UserPools: z.array(z.object({ Id: z.string(), Name: z.string() })) })
const newPool = z.object({ UserPool: z.object({ Id: z.string() }) })
const clientList = z.object({ UserPoolClients: z.array(z.object({ ClientId: z.string(), ClientName: z.string() })) })
const newClient = z.object({ UserPoolClient: z.object({ ClientId: z.string() }) })

/**
 * Starts a local Cognito with one pool and one app client, both named `parley`, made at the first start in `dataDir` and
 * found again at the next. Rejects with a clear message when the port is in use.
 *
 * @param options.port 0 (default) picks a free one
 * @param options.dataDir where pools, clients and users are kept
 */
export async function startCognito(options: { port?: number; dataDir: string }): Promise<RunningCognito> {
  let port = options.port ?? 0
  const issuerOf = (poolId: string) => `http://127.0.0.1:${port}/${poolId}`
  const peer = await createPeer(options.dataDir, issuerOf)
  const poolId = await findOrCreatePool(peer)
  const clientId = await findOrCreateClient(peer, poolId)
  const server = createServer(createFront({ peer, poolId, portOf: () => port, issuerOf }))
  port = await listen(server, port)
  return { port, issuer: issuerOf(poolId), poolId, clientId, close: () => close(server) }
}

async function findOrCreatePool(peer: Peer): Promise<string> {
  const { UserPools } = poolList.parse(await peer.call('ListUserPools', { MaxResults: 60 }))
  const known = UserPools.find((pool) => pool.Name === name)
  if (known !== undefined) return known.Id
  const created = await peer.call('CreateUserPool', { PoolName: name, UsernameAttributes: ['email'] })
  return newPool.parse(created).UserPool.Id
}

async function findOrCreateClient(peer: Peer, poolId: string): Promise<string> {
  const { UserPoolClients } = clientList.parse(await peer.call('ListUserPoolClients', { UserPoolId: poolId }))
  const known = UserPoolClients.find((client) => client.ClientName === name)
  if (known !== undefined) return known.ClientId
  const created = await peer.call('CreateUserPoolClient', {
    UserPoolId: poolId,
    ClientName: name,
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    EnableTokenRevocation: true,
    // The longest that Cognito allows: a token printed in the morning works all day.
    AccessTokenValidity: 24,
    IdTokenValidity: 24,
    RefreshTokenValidity: 30,
    TokenValidityUnits: { AccessToken: 'hours', IdToken: 'hours', RefreshToken: 'days' },
  })
  return newClient.parse(created).UserPoolClient.ClientId
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const inUse = 'code' in error && error.code === 'EADDRINUSE'
      reject(inUse ? new Error(`Port ${port} for Cognito is in use (COGNITO_PORT moves it).`, { cause: error }) : error)
    })
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
