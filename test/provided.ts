/** What the global set-up hands to the tests in workerd. */
export interface ProvidedStack {
  bindings: { DATABASE_URL: string; DATABASE_URL_SYSTEM: string; COGNITO_ISSUER: string; COGNITO_CLIENT_IDS: string }
  cognito: { port: number; clientId: string; poolId: string }
  /** Counts the requests that reach the database: `GET <url>/<application_name>` → a number. */
  postCounter: string
}

declare module 'vitest' {
  interface ProvidedContext extends ProvidedStack {}
}
