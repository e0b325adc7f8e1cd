import * as z from 'zod'
import { fail, ok, type Result } from './result.ts'

const connectionString = z
  .string()
  .refine(isConnectionString, { error: 'must be a Postgres connection string with user, host and database' })

const milliseconds = (fallback: number) => z.coerce.number().int().positive().max(60_000).default(fallback)

const bindings = z.object({
  DATABASE_URL: connectionString,
  DATABASE_URL_SYSTEM: connectionString,
  COGNITO_ISSUER: z.url({ protocol: /^https?$/ }),
  COGNITO_CLIENT_IDS: z
    .string()
    .transform((list) =>
      list
        .split(',')
        .map((id) => id.trim())
        .filter(Boolean),
    )
    .refine((ids) => ids.length > 0, { error: 'must name at least one app client' }),
  EMBEDDING_PROVIDER: z.enum(['lexical', 'openai']).default('lexical'),
  EMBEDDING_BASE_URL: z.url({ protocol: /^https?$/ }).default('https://api.openai.com/v1'),
  EMBEDDING_MODEL: z.string().min(1).default('text-embedding-3-small'),
  EMBEDDING_API_KEY: z.string().optional(),
  EMBEDDING_TIMEOUT_MS: milliseconds(20_000),
  DATABASE_TIMEOUT_MS: milliseconds(10_000),
  IDENTITY_TIMEOUT_MS: milliseconds(5_000),
  SLOW_QUERY_MS: milliseconds(250),
})

const configuration = bindings
  .refine((env) => env.EMBEDDING_PROVIDER === 'lexical' || Boolean(env.EMBEDDING_API_KEY), {
    path: ['EMBEDDING_API_KEY'],
    error: 'is needed by the provider openai',
  })
  .transform((env) => ({
    databaseUrl: env.DATABASE_URL,
    systemDatabaseUrl: env.DATABASE_URL_SYSTEM,
    databaseTimeoutMs: env.DATABASE_TIMEOUT_MS,
    slowQueryMs: env.SLOW_QUERY_MS,
    issuer: env.COGNITO_ISSUER.replace(/\/$/, ''),
    clientIds: env.COGNITO_CLIENT_IDS,
    identityTimeoutMs: env.IDENTITY_TIMEOUT_MS,
    embedding:
      env.EMBEDDING_PROVIDER === 'lexical'
        ? ({ provider: 'lexical' } as const)
        : ({
            provider: 'openai',
            baseUrl: env.EMBEDDING_BASE_URL,
            model: env.EMBEDDING_MODEL,
            apiKey: env.EMBEDDING_API_KEY ?? '',
            timeoutMs: env.EMBEDDING_TIMEOUT_MS,
          } as const),
  }))

export type Config = z.output<typeof configuration>

/** The bindings as wrangler hands them over: strings from variables and secrets, and the static assets. */
export type Env = { [Name in keyof z.input<typeof bindings>]?: string | undefined } & {
  ASSETS: { fetch: (request: Request) => Promise<Response> }
}

/**
 * Parses the bindings once.
 *
 * @returns the configuration, or `misconfigured` with the names of the refused variables as context, never a value
 */
export function parseEnv(env: Env): Result<Config> {
  const parsed = configuration.safeParse(env)
  if (parsed.success) return ok(parsed.data)
  const variables = parsed.error.issues.map(
    // zod's own messages for these schemas repeat no value, but only the name and our reason are worth logging.
    (issue) =>
      `${issue.path.join('.')}: ${env[issue.path[0] as keyof Env] === undefined ? 'is missing' : issue.message}`,
  )
  return fail({ code: 'misconfigured', context: { variables } })
}

function isConnectionString(text: string): boolean {
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) return false
  const url = new URL(text)
  return url.username !== '' && url.hostname !== '' && url.pathname.length > 1
}
