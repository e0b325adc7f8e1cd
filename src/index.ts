import { waitUntil } from 'cloudflare:workers'
import { createApp } from './app.ts'
import { createCognito } from './auth/cognito.ts'
import { createJwks } from './auth/jwks.ts'
import { createLastSeenThrottle } from './auth/seen.ts'
import { createCachedVerifier } from './auth/verified-cache.ts'
import type { Deps } from './deps.ts'
import { createCachedEmbedder } from './embeddings/cached-embedder.ts'
import { createEmbedder } from './embeddings/create-embedder.ts'
import { type Config, type Env, type Limiters, parseEnv } from './env.ts'
import { sweepEmbeddings } from './features/embeddings/service.ts'
import { sweepIdempotencyKeys } from './features/idempotency/service.ts'
import { sweepKeywords } from './features/keywords/service.ts'
import { purgeAccounts } from './features/account-purge/service.ts'
import { settleMessages } from './features/messages/service.ts'
import { emptyTrash } from './features/trash/service.ts'
import { createSpentBudgets } from './features/usage/spent-budgets.ts'
import { DEVELOPMENT_COOKIES, HOST_COOKIES } from './http/cookies.ts'
import { toProblem } from './http/problem.ts'
import { requestIdOf, traceHeaders } from './http/request.ts'
import { securityHeaders } from './http/security.ts'
import { consoleLogger } from './log.ts'
import { type AppError, fail, ok, type Result } from './result.ts'
import { createTrace } from './trace.ts'

/** What the cron trigger runs, side by side. */
const SWEEPS = [sweepKeywords, sweepEmbeddings, purgeAccounts, emptyTrash, sweepIdempotencyKeys, settleMessages]

/** What an isolate keeps for the lifetime of its bindings. */
interface Runtime {
  deps: Deps
  app: ReturnType<typeof createApp>
}

const runtimes = new WeakMap<Env, Result<Runtime>>()

function runtimeFor(env: Env): Result<Runtime> {
  const known = runtimes.get(env)
  if (known) return known
  const [config, error] = parseEnv(env)
  const runtime = error ? fail(error) : ok(createRuntime(config, limitersOf(env)))
  runtimes.set(env, runtime)
  return runtime
}

const limitersOf = (env: Env): Limiters => ({
  user: env.USER_LIMIT,
  search: env.SEARCH_LIMIT,
  session: env.SESSION_LIMIT,
  address: env.ADDRESS_LIMIT,
})

function createRuntime(config: Config, limiters: Limiters): Runtime {
  const keys = createJwks({
    url: `${config.issuer}/.well-known/jwks.json`,
    timeoutMs: config.identityTimeoutMs,
    defer: waitUntil,
  })
  const embedder = createEmbedder(config.embedding)
  const deps: Deps = {
    database: {
      connectionString: config.databaseUrl,
      timeoutMs: config.databaseTimeoutMs,
      quotas: JSON.stringify(config.quotas),
    },
    systemDatabase: { connectionString: config.systemDatabaseUrl, timeoutMs: config.databaseTimeoutMs },
    verifyToken: createCachedVerifier({ issuer: config.issuer, clientIds: config.clientIds, keys }),
    lastSeen: createLastSeenThrottle(),
    cognito: createCognito({ issuer: config.issuer, timeoutMs: config.identityTimeoutMs }),
    embedder,
    queryEmbedder:
      config.embedding.provider === 'lexical'
        ? embedder
        : createCachedEmbedder({ embedder, cache: caches.default, defer: waitUntil }),
    limiters: config.rateLimit === 'on' ? limiters : {},
    spentBudgets: createSpentBudgets(),
    quotas: config.quotas,
    access: config.access,
    corsOrigins: config.corsOrigins,
    corsPatterns: config.corsPatterns,
    clientIds: config.clientIds,
    localIssuer: config.developmentCookies ? config.issuer : null,
    cookies: config.developmentCookies ? DEVELOPMENT_COOKIES : HOST_COOKIES,
    refreshCookieDays: config.refreshCookieDays,
    graceDays: config.graceDays,
    retentionDays: config.retentionDays,
    inProgressMinutes: config.inProgressMinutes,
    log: consoleLogger,
    slowQueryMs: config.slowQueryMs,
  }
  return { deps, app: createApp(deps) }
}

function misconfigured(request: Request, error: AppError): Response {
  const trace = createTrace(requestIdOf(request))
  consoleLogger('error', 'misconfigured', { requestId: trace.requestId, ...error.context })
  const body = toProblem(error, trace.requestId)
  const headers = { 'Content-Type': 'application/problem+json', ...securityHeaders, ...traceHeaders(trace) }
  return Response.json(body, { status: body.status, headers })
}

export default {
  fetch(request, env, ctx) {
    const [runtime, error] = runtimeFor(env)
    return error ? misconfigured(request, error) : runtime.app.fetch(request, env, ctx)
  },

  async scheduled(_controller, env, ctx) {
    const [runtime, error] = runtimeFor(env)
    if (error) return consoleLogger('error', 'misconfigured', { ...error.context })
    for (const sweep of SWEEPS) ctx.waitUntil(sweep(runtime.deps))
  },
} satisfies ExportedHandler<Env>
