import * as z from 'zod'
import { fail, ok, type Result } from './result.ts'

const connectionString = z
  .string()
  .refine(isConnectionString, { error: 'must be a Postgres connection string with user, host and database' })

const commaList = z.string().transform((list) =>
  list
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
)

/** In digits: an empty setting is not 0. */
const wholeNumber = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  z.coerce
    .string()
    .regex(/^\d+$/, { error: 'must be a whole number' })
    .transform(Number)
    .pipe(z.number().min(min).max(max))

const milliseconds = (fallback: number) => wholeNumber(1, 60_000).default(fallback)

/** @returns null where it is off */
const quota = (fallback: number) => z.union([z.literal('off').transform(() => null), wholeNumber(0)]).default(fallback)

const bindings = z.object({
  DATABASE_URL: connectionString,
  DATABASE_URL_SYSTEM: connectionString,
  COGNITO_ISSUER: z.url({ protocol: /^https?$/ }),
  COGNITO_CLIENT_IDS: commaList.refine((ids) => ids.length > 0, { error: 'must name at least one app client' }),
  /** What every token must show beside being valid, else a 403: all of these scopes, one of these groups. Unset: nothing. */
  COGNITO_REQUIRED_SCOPES: commaList
    .refine((scopes) => scopes.every(isScope), { error: 'must be OAuth scopes, with commas in between' })
    .default([]),
  COGNITO_REQUIRED_GROUPS: commaList.default([]),
  /** Origins whose pages may call the API, and patterns such as `https://*.chat.pages.dev`, whose pages may do so by bearer token only. */
  CORS_ORIGINS: commaList
    .refine((origins) => origins.every((origin) => isOrigin(origin) || isOriginPattern(origin)), {
      error:
        'must be origins, such as https://chat.example.com, or patterns for one label, such as https://*.chat.pages.dev',
    })
    .default([]),
  /** How long browsers keep the refresh cookie: as long as the app client's refresh tokens live. Browsers keep none longer than 400 days. */
  REFRESH_COOKIE_DAYS: wholeNumber(1, 400).default(30),
  /** Cookies that browsers keep on plain HTTP, for `npm run dev`, which sets it. Refused unless the issuer is on loopback. */
  DEVELOPMENT_COOKIES: z.enum(['on', 'off']).default('off'),
  RATE_LIMIT: z.enum(['on', 'off']).default('on'),
  /** What each user may have at most, each a number or `off`; `QUOTAS=off` is all of them. */
  QUOTAS: z.enum(['on', 'off']).default('on'),
  QUOTA_CONVERSATIONS: quota(50_000),
  QUOTA_MESSAGES: quota(1_000_000),
  QUOTA_DOCUMENTS: quota(20_000),
  QUOTA_STORED_BYTES: quota(5 * 1024 ** 3),
  /** A day, in UTC. */
  QUOTA_EMBEDDED_TOKENS: quota(20_000_000),
  EMBEDDING_PROVIDER: z.enum(['lexical', 'openai']).default('lexical'),
  EMBEDDING_BASE_URL: z.url({ protocol: /^https?$/ }).default('https://api.openai.com/v1'),
  EMBEDDING_MODEL: z.string().min(1).default('text-embedding-3-small'),
  EMBEDDING_API_KEY: z.string().optional(),
  EMBEDDING_TIMEOUT_MS: milliseconds(20_000),
  /** The similarity below which a hybrid search shows only what has the words; `npm run embeddings -- floor` measures it. None by default. */
  EMBEDDING_FLOOR: z.coerce.number().min(-1).max(1).optional(),
  /** How long a deleted account can be restored. */
  ACCOUNT_GRACE_DAYS: wholeNumber(0, 3650).default(30),
  /** How long deleted conversations and messages can be restored. */
  CONVERSATION_RETENTION_DAYS: wholeNumber(0, 3650).default(30),
  /** Minutes after which an `in_progress` message that nothing has written to reads as `failed`. */
  IN_PROGRESS_TIMEOUT_MINUTES: wholeNumber(1, 10_080).default(15),
  DATABASE_TIMEOUT_MS: milliseconds(10_000),
  IDENTITY_TIMEOUT_MS: milliseconds(5_000),
  SLOW_QUERY_MS: milliseconds(250),
})

/** What a user may have of each kind; null for anything. */
export type Quotas = Readonly<Record<(typeof QUOTAS)[number], number | null>>
export const QUOTAS = ['conversations', 'messages', 'documents', 'storedBytes', 'embeddedTokens'] as const

const quotasOf = (env: z.output<typeof bindings>): Quotas => {
  const limit = (value: number | null) => (env.QUOTAS === 'off' ? null : value)
  return {
    conversations: limit(env.QUOTA_CONVERSATIONS),
    messages: limit(env.QUOTA_MESSAGES),
    documents: limit(env.QUOTA_DOCUMENTS),
    storedBytes: limit(env.QUOTA_STORED_BYTES),
    embeddedTokens: limit(env.QUOTA_EMBEDDED_TOKENS),
  }
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

const configuration = bindings
  .refine((env) => env.DEVELOPMENT_COOKIES === 'off' || LOOPBACK.has(new URL(env.COGNITO_ISSUER).hostname), {
    path: ['DEVELOPMENT_COOKIES'],
    error: 'is for an issuer on this machine only',
  })
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
    access: { scopes: env.COGNITO_REQUIRED_SCOPES, groups: env.COGNITO_REQUIRED_GROUPS },
    corsOrigins: env.CORS_ORIGINS.filter(isOrigin),
    corsPatterns: env.CORS_ORIGINS.filter(isOriginPattern),
    refreshCookieDays: env.REFRESH_COOKIE_DAYS,
    developmentCookies: env.DEVELOPMENT_COOKIES === 'on',
    graceDays: env.ACCOUNT_GRACE_DAYS,
    retentionDays: env.CONVERSATION_RETENTION_DAYS,
    inProgressMinutes: env.IN_PROGRESS_TIMEOUT_MINUTES,
    rateLimit: env.RATE_LIMIT,
    quotas: quotasOf(env),
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
            floor: env.EMBEDDING_FLOOR,
          } as const),
  }))

export type Config = z.output<typeof configuration>

/** A variable or secret by name, such as `CORS_ORIGINS`. */
export type SettingName = keyof z.input<typeof bindings>

/** The names of all variables and secrets. A function, so that the Worker's bundle leaves it out. */
export const settingNames = (): SettingName[] => bindings.keyof().options

/** What a binding under `ratelimits` in `wrangler.toml` becomes. */
export interface RateLimiter {
  limit: (options: { key: string }) => Promise<{ success: boolean }>
}

/** What is counted apart: requests of a user, their searches, their sign-ins, refused requests of an address. */
export type LimitName = 'user' | 'search' | 'session' | 'address'

/** One that is not there limits nothing. */
export type Limiters = { readonly [Name in LimitName]?: RateLimiter | undefined }

/** The bindings as wrangler hands them over: strings from variables and secrets, static assets, rate limiters. */
export type Env = { [Name in SettingName]?: string | undefined } & {
  ASSETS: { fetch: (request: Request) => Promise<Response> }
} & { [Name in `${Uppercase<LimitName>}_LIMIT`]?: RateLimiter }

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

/** Whether `CORS_ORIGINS` can name it: scheme, host and port as browsers send them, and no wildcard. */
export function isOrigin(text: string): boolean {
  return /^https?:\/\/[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

/**
 * Whether it is a pattern of `CORS_ORIGINS`: `https://*.` in front of a host of at least two labels, so that none stands for a
 * whole top-level domain. `http:` is not taken: whoever answers for a network can be any host of it.
 */
export function isOriginPattern(text: string): boolean {
  const rest = /^https:\/\/\*\.([^*]+)$/.exec(text)?.[1]
  if (rest === undefined || !isOrigin(`https://label.${rest}`)) return false
  return new URL(`https://${rest}`).hostname.includes('.')
}

/** RFC 6749 §3.3: no space, quote, backslash or control character. Scopes are quoted in `WWW-Authenticate`. */
function isScope(text: string): boolean {
  return /^[!#-[\]-~]+$/.test(text)
}
