import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What a client of a stack has to know. Nothing of it is secret. */
export interface ClientSettings {
  apiUrl: string
  /** The OpenID authority: `<issuer>/.well-known/openid-configuration` has the rest. */
  issuer: string
  clientId: string
}

/**
 * Lines that a shell can source and `node --env-file` can read. Named apart from the Worker's own settings: a shell that
 * has sourced them must start the same stack again.
 *
 * Throws for a value that these cannot all carry.
 */
export function formatClientEnv({ apiUrl, issuer, clientId }: ClientSettings): string {
  const variables = { PARLEY_API_URL: apiUrl, PARLEY_ISSUER: issuer, PARLEY_CLIENT_ID: clientId }
  return Object.entries(variables)
    .map(([name, value]) => {
      if (!/^[\w.:/@%+~?=&[\]-]*$/.test(value)) throw new Error(`${name} has characters that env files cannot carry.`)
      return `${name}='${value}'\n`
    })
    .join('')
}

/** Writes `env` in the data directory, and leaves it there: the next start has the same ports, unless told otherwise. */
export async function writeClientEnv(dataDir: string, settings: ClientSettings): Promise<string> {
  const path = join(dataDir, 'env')
  await mkdir(dataDir, { recursive: true })
  await writeFile(path, formatClientEnv(settings))
  return path
}
