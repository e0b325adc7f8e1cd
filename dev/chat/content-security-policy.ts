import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'vite'

interface Backend {
  apiUrl: string
  issuer: string
}

const PLACEHOLDER = 'nonce-of-this-answer'

/**
 * Serves the page with a strict policy and a new nonce in each answer: Vite's own scripts and styles get it, and nothing else
 * that is inline runs.
 */
export function contentSecurityPolicy(backend: Backend): Plugin {
  return {
    name: 'content-security-policy',
    // `custom`: the page is served here, since Vite would send it without the header.
    config: (_, { command }) => (command === 'serve' ? { appType: 'custom', html: { cspNonce: PLACEHOLDER } } : {}),
    configureServer(server) {
      let origins: Promise<string[]> | undefined
      return () => {
        server.middlewares.use((request, response, fail) => {
          const { accept = '' } = request.headers
          const isPage = request.method === 'GET' && (accept.includes('text/html') || request.originalUrl === '/')
          if (!isPage) return void response.writeHead(404).end()
          const answer = async () => {
            const nonce = randomBytes(16).toString('base64')
            const template = await readFile(join(server.config.root, 'index.html'), 'utf8')
            const html = await server.transformIndexHtml(request.originalUrl ?? '/', template)
            response.writeHead(200, {
              'Content-Type': 'text/html; charset=utf-8',
              'Cache-Control': 'no-store',
              'Content-Security-Policy': policyOf(nonce, await (origins ??= originsOf(backend))),
              'Referrer-Policy': 'no-referrer',
              'X-Content-Type-Options': 'nosniff',
            })
            response.end(html.replaceAll(PLACEHOLDER, nonce))
          }
          answer().catch(fail)
        })
      }
    },
  }
}

const policyOf = (nonce: string, origins: readonly string[]): string =>
  Object.entries({
    'default-src': "'none'",
    'script-src': `'self' 'nonce-${nonce}'`,
    'style-src': `'self' 'nonce-${nonce}'`,
    'img-src': "'self' data:",
    'connect-src': ["'self'", ...origins].join(' '),
    'form-action': "'none'",
    'frame-ancestors': "'none'",
    'base-uri': "'none'",
  })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ')

/** The API, the issuer, and where its discovery document says that tokens come from: at AWS, that is another host. */
async function originsOf({ apiUrl, issuer }: Backend): Promise<string[]> {
  const document = await fetch(`${issuer}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(5_000) })
    .then((response) => response.json() as Promise<Record<string, unknown>>)
    .catch((): Record<string, unknown> => ({}))
  const endpoints = ['token_endpoint', 'revocation_endpoint', 'userinfo_endpoint', 'jwks_uri'].map(
    (name) => document[name],
  )
  const urls = [apiUrl, issuer, ...endpoints].filter((url) => typeof url === 'string')
  return [...new Set(urls.map((url) => new URL(url).origin))]
}
