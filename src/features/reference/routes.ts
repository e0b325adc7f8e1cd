import { type Context, Hono } from 'hono'
import type { Deps } from '../../deps.ts'
import type { AppEnv } from '../../http/app-env.ts'

/** The OpenAPI document, its reference and the guides: static assets, with Parley's own headers. */
export const referenceRoutes = ({ localIssuer, clientIds }: Pick<Deps, 'localIssuer' | 'clientIds'>) =>
  new Hono<AppEnv>()
    // What `npm run dev` prints is opened in browsers.
    .get('/', (c) => c.redirect('/docs'))
    .get('/openapi.json', (c) => asset(c, '/openapi.json'))
    .get('/docs', async (c) => {
      // A folder's index has its slash; without it the assets would answer with a redirect.
      if (!localIssuer) return page(c, '/docs/')
      const reference = await page(c, '/docs/', `'self' ${new URL(localIssuer).origin}`)
      reference.headers.set('X-Local-Sign-In', `${localIssuer} ${clientIds[0]}`)
      return reference
    })
    .get('/docs/guides/:guide{[a-z-]+}', (c) => page(c, c.req.path))
    .get('/docs/:file{(guides/)?[a-z-]+\\.[a-z]+}', (c) => asset(c, c.req.path))

/** A page loads nothing from elsewhere and runs no inline script; all other assets get the API's policy. */
async function page(c: Context<AppEnv>, path: string, connect = "'self'"): Promise<Response> {
  const found = await asset(c, path)
  found.headers.set(
    'Content-Security-Policy',
    `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src ${connect}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  )
  return found
}

async function asset(c: Context<AppEnv>, path: string): Promise<Response> {
  const found = await c.env.ASSETS.fetch(new Request(new URL(path, c.req.url), c.req.raw))
  if (found.status === 404) return c.notFound()
  // The headers of what was fetched cannot be changed.
  return new Response(found.body, found)
}
