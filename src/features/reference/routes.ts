import { type Context, Hono } from 'hono'
import type { AppEnv } from '../../http/app-env.ts'

/** The page loads nothing from elsewhere and runs nothing that stands in it; all other assets get the API's policy. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The OpenAPI document and the page that shows it: static assets, with Parley's own headers. */
export const referenceRoutes = () =>
  new Hono<AppEnv>()
    // What `npm run dev` prints is opened in browsers.
    .get('/', (c) => c.redirect('/docs'))
    .get('/openapi.json', (c) => asset(c, '/openapi.json'))
    .get('/docs', async (c) => {
      // A folder's index has its slash; without it the assets would answer with a redirect.
      const page = await asset(c, '/docs/')
      page.headers.set('Content-Security-Policy', PAGE_POLICY)
      return page
    })
    .get('/docs/:file{[a-z-]+\\.[a-z]+}', (c) => asset(c, c.req.path))

async function asset(c: Context<AppEnv>, path: string): Promise<Response> {
  const found = await c.env.ASSETS.fetch(new Request(new URL(path, c.req.url), c.req.raw))
  if (found.status === 404) return c.notFound()
  // The headers of what was fetched cannot be changed.
  return new Response(found.body, found)
}
