import { join } from 'node:path'
import { type RunningCognito, startCognito } from './cognito.ts'
import type { LocalDatabase } from './database.ts'
import { type NeonEndpointOptions, startNeonEndpoint } from './neon/server.ts'
import type { WorkerRole } from './passwords.ts'

/** Everything that the Worker needs around it. */
export interface Stack {
  /** The Worker's bindings. */
  bindings: {
    DATABASE_URL: string
    DATABASE_URL_SYSTEM: string
    COGNITO_ISSUER: string
    COGNITO_CLIENT_IDS: string
    EMBEDDING_PROVIDER: 'lexical'
  }
  cognito: RunningCognito
  neonPort: number
  /** The database stays open: whoever opened it closes it. */
  close(): Promise<void>
}

export interface StackOptions {
  database: LocalDatabase
  /** Where Cognito keeps its users. */
  dataDir: string
  /** 0 picks a free one. */
  neonPort?: number
  cognitoPort?: number
  onPost?: NeonEndpointOptions['onPost']
}

/** Starts the Neon endpoint in front of the database, and Cognito beside it. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { database, dataDir, neonPort = 0, cognitoPort = 0, onPost } = options
  const neon = await startNeonEndpoint({ port: neonPort, upstream: database.upstream, ...(onPost && { onPost }) })
  try {
    const cognito = await startCognito({ port: cognitoPort, dataDir: join(dataDir, 'cognito') })
    return {
      bindings: {
        DATABASE_URL: connectionString('parley_app', database, neon.port),
        DATABASE_URL_SYSTEM: connectionString('parley_system', database, neon.port),
        COGNITO_ISSUER: cognito.issuer,
        COGNITO_CLIENT_IDS: cognito.clientId,
        EMBEDDING_PROVIDER: 'lexical',
      },
      cognito,
      neonPort: neon.port,
      async close() {
        await Promise.all([neon.close(), cognito.close()])
      },
    }
  } catch (error) {
    await neon.close()
    throw error
  }
}

/** What the Worker, as `role`, reaches the database with: through the Neon endpoint on `port`. */
export function connectionString(
  role: WorkerRole,
  { name, passwords }: Pick<LocalDatabase, 'name' | 'passwords'>,
  port: number,
): string {
  const password = passwords[role]
  const credentials = password === undefined ? role : `${role}:${encodeURIComponent(password)}`
  return `postgres://${credentials}@127.0.0.1:${port}/${name}`
}
