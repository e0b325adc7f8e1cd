import { fileURLToPath } from 'node:url'

/** The file that a page loads to have `oidc`. */
export const openIdBundle = fileURLToPath(
  new URL('node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js', import.meta.url),
)
