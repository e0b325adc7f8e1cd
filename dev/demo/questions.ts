import type { PackageName } from './readmes.ts'

/** Questions as people ask them, and the package whose README answers. */
export const QUESTIONS: readonly { question: string; answeredBy: PackageName }[] = [
  { question: 'How do I verify the signature of a JWT with a remote key set?', answeredBy: 'jose' },
  { question: 'Can I decrypt encrypted JSON web tokens?', answeredBy: 'jose' },
  { question: 'Which small web framework has a really fast router and runs on any runtime?', answeredBy: 'hono' },
  { question: 'How do I parse untrusted data and get an inferred TypeScript type for it?', answeredBy: 'zod' },
  { question: 'Can I make schemas for inserting and selecting out of my database tables?', answeredBy: 'drizzle-zod' },
  { question: 'Is there a lightweight ORM for Postgres, MySQL and SQLite?', answeredBy: 'drizzle-orm' },
  {
    question: 'How can several queries run in one non-interactive transaction over fetch?',
    answeredBy: '@neondatabase/serverless',
  },
  { question: 'Do pools work over WebSockets when I run on the edge?', answeredBy: '@neondatabase/serverless' },
  { question: 'How do I create an identifier from a name and a namespace?', answeredBy: 'uuid' },
  { question: 'Can I run Postgres inside the browser with WASM?', answeredBy: '@electric-sql/pglite' },
  { question: 'How can clients reach an embedded database over TCP?', answeredBy: '@electric-sql/pglite-socket' },
  { question: 'Is there an offline emulator for user pools on my machine?', answeredBy: 'cognito-local' },
  { question: 'Which driver has async notifications and COPY import and export?', answeredBy: 'pg' },
  { question: 'How do I start a local development server with live reloading for my Worker?', answeredBy: 'wrangler' },
  { question: 'How does a middleware validate incoming JSON for my routes?', answeredBy: '@hono/zod-validator' },
]
