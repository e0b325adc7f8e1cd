import { Hono } from 'hono'
import type { Deps } from './deps.ts'
import { auditRoutes } from './features/audit/routes.ts'
import { contextRoutes } from './features/context/routes.ts'
import { conversationRoutes } from './features/conversations/routes.ts'
import { embeddingJobRoutes } from './features/embeddings/routes.ts'
import { documentRoutes } from './features/documents/routes.ts'
import { exportRoutes } from './features/export/routes.ts'
import { healthRoutes } from './features/health/routes.ts'
import { importRoutes } from './features/import/routes.ts'
import { messageRoutes } from './features/messages/routes.ts'
import { referenceRoutes } from './features/reference/routes.ts'
import { searchRoutes } from './features/search/routes.ts'
import { ownSessionRoutes } from './features/sessions/own-routes.ts'
import { sessionListRoutes } from './features/sessions/routes.ts'
import { meRoutes } from './features/users/routes.ts'
import { usageRoutes } from './features/usage/routes.ts'
import { vectorRoutes } from './features/vectors/routes.ts'
import type { AppEnv } from './http/app-env.ts'
import { boundRequests } from './http/bounds.ts'
import { allowOrigins } from './http/cors.ts'
import { onError, onNotFound } from './http/failures.ts'
import { limitRefusals } from './http/rate-limit.ts'
import { traceRequests } from './http/request.ts'
import { receiveRest } from './http/rest-of-body.ts'
import { secureAnswers } from './http/security.ts'

/** The whole API over its dependencies. */
export const createApp = (deps: Deps) => {
  // Not strict: a path may end in a slash.
  const app = new Hono<AppEnv>({ strict: false })
  return app
    .onError(onError)
    .notFound(onNotFound(app.router))
    .use(receiveRest)
    .use(traceRequests(deps))
    .use(secureAnswers)
    .use(allowOrigins(deps))
    .use(limitRefusals(deps))
    .use(boundRequests(deps))
    .route('/', referenceRoutes(deps))
    .route('/v1/session', ownSessionRoutes(deps))
    .route('/v1/sessions', sessionListRoutes(deps))
    .route('/v1/me/export', exportRoutes(deps))
    .route('/v1/me', meRoutes(deps))
    .route('/v1/import', importRoutes(deps))
    .route('/v1/conversations/:conversationId/messages', messageRoutes(deps))
    .route('/v1/conversations', conversationRoutes(deps))
    .route('/v1/documents', documentRoutes(deps))
    .route('/v1/vectors', vectorRoutes(deps))
    .route('/v1/search', searchRoutes(deps))
    .route('/v1/context', contextRoutes(deps))
    .route('/v1/embedding-jobs', embeddingJobRoutes(deps))
    .route('/v1/audit-events', auditRoutes(deps))
    .route('/v1/usage', usageRoutes(deps))
    .route('/', healthRoutes(deps))
}

/** For `hc<App>`: a typed client of this very API. */
export type App = ReturnType<typeof createApp>
