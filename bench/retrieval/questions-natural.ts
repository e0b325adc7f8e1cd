import { ofKind } from './question.ts'

const ask = ofKind('natural')
const UNDICI = 'undici/docs/docs'

/** Whole questions that share some words with what answers them. */
export const NATURAL_QUESTIONS = [
  ask('How do I reopen the log file with pino after it has been rotated?', [
    'pino/docs/help.md',
    'is able to reopen file paths after a file has been moved away',
  ]),
  ask('How can I send error logs to stderr and all other levels to stdout?', [
    'pino/docs/help.md',
    'In this example we use `stderr` for `error` level logs',
  ]),
  ask(
    'Can redaction remove the key entirely instead of writing [Redacted]?',
    ['pino/docs/redaction.md', 'also allows for the key and value to be removed from output'],
    ['pino/docs/api.md', 'Instead of censoring the value, remove both the key and the value'],
    ['fast-redact/readme.md', 'when set to `true` will cause keys to be removed'],
  ),
  ask(
    'Which HTTP methods does the retry handler of undici retry by default?',
    [`${UNDICI}/api/RetryHandler.md`, 'Array of HTTP methods to retry. Default:'],
    [`${UNDICI}/api/RetryAgent.md`, 'Array of HTTP methods to retry. Default:'],
  ),
  ask('Why is a request with a stream as its body not retried?', [
    `${UNDICI}/api/RetryHandler.md`,
    'does not retry over stateful bodies',
  ]),
  ask('Which environment variables configure the proxy that undici uses?', [
    `${UNDICI}/api/EnvHttpProxyAgent.md`,
    'automatically reads the proxy configuration from the environment variables',
  ]),
  ask(
    'How do I distribute requests evenly over Kubernetes pods behind one service?',
    [`${UNDICI}/api/RoundRobinPool.md`, 'ensures each connection (and thus each Pod) receives an equal share'],
    [`${UNDICI}/api/RoundRobinPool.md`, 'This ensures even distribution of requests across all connections'],
  ),
  ask(
    'How can I record API responses once and play them back in my tests?',
    [`${UNDICI}/api/SnapshotAgent.md`, 'Record real API interactions and replay them in tests'],
    [`${UNDICI}/api/SnapshotAgent.md`, 'Replays recorded responses without making real HTTP requests'],
  ),
  ask(
    'How do I prevent real requests from being made while I mock with MockAgent?',
    [`${UNDICI}/best-practices/mocking-request.md`, 'To prevent real requests from being made, use'],
    [`${UNDICI}/api/MockAgent.md`, 'causes all requests to throw when requests are not matched'],
  ),
  ask('How large may a response be to be kept by the MemoryCacheStore?', [
    `${UNDICI}/api/CacheStore.md`,
    'Default `5242880` (5MB)',
  ]),
  ask(
    'May I use the global FormData together with the fetch of the undici package?',
    [`${UNDICI}/api/GlobalInstallation.md`, 'Avoid mixing a global `FormData` with `undici.fetch()`'],
    [`${UNDICI}/api/GlobalInstallation.md`, 'use matching implementations for `fetch` and'],
    [`${UNDICI}/best-practices/undici-vs-builtin-fetch.md`, 'keep `fetch` and `FormData` together from the'],
    [`${UNDICI}/best-practices/undici-vs-builtin-fetch.md`, 'Avoid mixing implementations in the same request'],
    [`${UNDICI}/api/Fetch.md`, 'keep `fetch` and `FormData` from the same'],
    ['undici/README.md', 'Avoid mixing a global `FormData` with `undici.fetch()`'],
    ['undici/README.md', 'keep `fetch` and `FormData` from the same'],
  ),
  ask('Which version of undici is bundled with Node.js 22?', [
    `${UNDICI}/best-practices/undici-vs-builtin-fetch.md`,
    '| v22.x | ~6.x / ~7.x |',
  ]),
  ask('How do I get 64-bit integer columns from postgres as JavaScript numbers?', [
    'pg-types/README.md',
    'return 64-bit integers `(int8)` as JavaScript integers',
  ]),
  ask('How do I get rows as arrays instead of objects from the neon driver?', [
    '@neondatabase/serverless/CONFIG.md',
    'rows are returned as an array of arrays instead of an array of objects',
  ]),
  ask('How can the database password be a short-lived auth token?', [
    '@neondatabase/serverless/README.md',
    'connecting to services using short-lived auth tokens',
  ]),
  ask('Can I create the Pool outside of the request handler on Cloudflare Workers?', [
    '@neondatabase/serverless/README.md',
    "WebSocket connections can't outlive a single request",
  ]),
  ask(
    'How do I choose maxUses so that connections spread over new read replicas?',
    ['pg-pool/README.md', 'identify an acceptable window for rebalancing'],
    ['pg-pool/README.md', 'can help an application instance rebalance load against a replica set'],
    ['pg-pool/README.md', 'This is where the `maxUses` configuration option comes into play'],
  ),
  ask(
    'How do I start my dev server with a DATABASE_URL that points to PGlite?',
    ['@electric-sql/pglite-socket/README.md', 'use PGlite as a drop-in replacement for PostgreSQL'],
    ['@electric-sql/pglite-socket/README.md', 'the subprocess will receive a `DATABASE_URL` environment variable'],
  ),
  ask('Why is req.body undefined since body-parser 2?', [
    'body-parser/README.md',
    '`req.body` is left `undefined` when no body is parsed',
  ]),
  ask('Does CORS protect my API from unauthorized clients?', ['cors/README.md', 'CORS is not access control']),
  ask('How do I load the allowed origins for CORS from a database?', [
    'cors/README.md',
    'dynamic loading of allowed origin(s)',
  ]),
  ask('Which takes precedence when a cookie has both expires and maxAge?', [
    'cookie/README.md',
    '`maxAge` are set, then `maxAge` takes precedence',
  ]),
  ask('What does a tilde range allow when only the major version is given?', [
    'semver/README.md',
    'Allows minor-level changes if not',
  ]),
  ask(
    'Why does a version range not match prerelease versions?',
    ['semver/README.md', 'by default, they are excluded from range-matching'],
    ['semver/README.md', 'it will only be allowed to satisfy comparator sets if at least one'],
  ),
  ask(
    'How do I write an optional parameter in path-to-regexp now that ? is an error?',
    ['path-to-regexp/Readme.md', 'For optional (`?`), use braces'],
    ['path-to-regexp/Readme.md', 'The optional character `?` is no longer supported'],
    ['path-to-regexp/Readme.md', 'Braces can be used to define parts of the path that are optional'],
  ),
  ask('How can one verifier trust several Cognito user pools?', [
    'aws-jwt-verify/README.md',
    'provide an array with these User Pools',
  ]),
  ask(
    'How often is the JWKS downloaded again when the key id is not found in it?',
    ['aws-jwt-verify/README.md', 'enforce a rate limit of 1 JWKS download per JWKS uri per 10 seconds'],
    ['aws-jwt-verify/README.md', 'a timer of 10 seconds is started'],
  ),
  ask('How do I load the JWKS from a file when there is no internet access?', [
    'aws-jwt-verify/README.md',
    "your runtime environment doesn't have internet access",
  ]),
  ask('What unit has expiresIn when it is a string without one?', [
    'jsonwebtoken/README.md',
    '`"120"` is equal to `"120ms"`',
  ]),
  ask('How many levels of nested objects does qs parse by default?', [
    'qs/README.md',
    'will only parse up to 5 children deep',
  ]),
  ask('How do I detect and close broken WebSocket connections?', [
    'ws/README.md',
    'ping messages can be used as a means to verify',
  ]),
  ask('How do I keep the user pools of cognito-local between docker runs?', [
    'cognito-local/README.md',
    'To persist your database between runs',
  ]),
  ask('Can the local Cognito always send the same confirmation code?', [
    'cognito-local/README.md',
    'the value assigned to the `CODE` environment variable will always be returned',
  ]),
  ask('How do I infer the TypeScript type of a zod schema?', [
    'zod/README.md',
    'Zod infers a static type from your schema definitions',
  ]),
  ask('Should I use SHA-1 or MD5 for UUIDs made of a name?', ['uuid/README.md', 'SHA-1 [Version 5] is preferred']),
  ask('How do I exclude one namespace when DEBUG is set to *?', [
    'debug/README.md',
    'exclude specific debuggers by prefixing them with a "-"',
  ]),
]
