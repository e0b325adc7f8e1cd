/** What the global set-up hands to the tests in workerd. */
export interface ProvidedStack {
  bindings: { DATABASE_URL: string; DATABASE_URL_SYSTEM: string; COGNITO_ISSUER: string; COGNITO_CLIENT_IDS: string }
  cognito: { port: number; clientId: string; poolId: string }
  /** A connection string for what no role of the Worker may do, such as changing when a row was made. */
  superuser: string
  /** Counts the requests that reach the database: `GET <url>/<application_name>` → a number. */
  postCounter: string
  /** A second database, for tests that run the cron trigger: it takes everybody's jobs, those of other tests too. */
  apart: { DATABASE_URL: string; DATABASE_URL_SYSTEM: string }
  /** A third one, for the tests of the embedding queue, which look at jobs that nobody may take from them. */
  queue: { DATABASE_URL: string; DATABASE_URL_SYSTEM: string }
  /** Origin of a server that fails on demand: see `test/setup/faults.ts`. */
  faults: string
  /** Data directories of the embedded Postgres: see `test/setup/templates.ts`. */
  templates: { bare: string; migrated: string }
  /** PGlite, which knows one database and one session. */
  embedded: boolean
}

declare module 'vitest' {
  interface ProvidedContext extends ProvidedStack {}
}
