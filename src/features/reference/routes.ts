import { type Context, Hono } from 'hono'
import type { AppEnv } from '../../http/app-env.ts'

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The OpenAPI document and the page that shows it: static assets, with Parley's own headers. */
export const referenceRoutes = () =>
  new Hono<AppEnv>()
    .get('/openapi.json', (c) => asset(c, '/openapi.json'))
    // A folder's index has its slash; without it the assets would answer with a redirect.
    .get('/docs', (c) => asset(c, '/docs/'))
    .get('/docs/:file{[a-z-]+\\.[a-z]+}', (c) => asset(c, c.req.path))

async function asset(c: Context<AppEnv>, path: string): Promise<Response> {
  const found = await c.env.ASSETS.fetch(new Request(new URL(path, c.req.url), c.req.raw))
  if (found.status === 404) return c.notFound()
  const response = new Response(found.body, found)
  response.headers.set('Content-Security-Policy', CONTENT_SECURITY_POLICY)
  response.headers.set('X-Content-Type-Options', 'nosniff')
  return response
}
