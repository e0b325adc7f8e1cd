import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../files.ts'

/**
 * The Markdown that is searched, as paths in `node_modules`, or in that of `test/clients`: what `npm install` puts on every
 * machine, with many packages of the same trade among them. No change logs, no licences.
 */
export const CORPUS = [
  '@cloudflare/kv-asset-handler/README.md',
  '@electric-sql/pglite-socket/README.md',
  '@electric-sql/pglite/README.md',
  '@hono/zod-validator/README.md',
  '@neondatabase/serverless/CONFIG.md',
  '@neondatabase/serverless/DEPLOY.md',
  '@neondatabase/serverless/README.md',
  'accepts/README.md',
  'aws-jwt-verify/README.md',
  'body-parser/README.md',
  'chai/README.md',
  'chalk/readme.md',
  'cognito-local/README.md',
  'colorette/README.md',
  'content-type/README.md',
  'cookie/README.md',
  'cors/README.md',
  'debug/README.md',
  'drizzle-kit/README.md',
  'drizzle-orm/README.md',
  'drizzle-zod/README.md',
  'es-module-lexer/README.md',
  'etag/README.md',
  'express/Readme.md',
  'fast-redact/readme.md',
  'fdir/README.md',
  'finalhandler/README.md',
  'fresh/README.md',
  'hono/README.md',
  'http-errors/README.md',
  'iconv-lite/README.md',
  'ipaddr.js/README.md',
  'jose/README.md',
  'js-yaml/README.md',
  'jsonwebtoken/README.md',
  'kleur/readme.md',
  'lru-cache/README.md',
  'magic-string/README.md',
  'mime-types/README.md',
  'miniflare/README.md',
  'minimist/README.md',
  'mri/readme.md',
  'negotiator/README.md',
  'on-finished/README.md',
  'path-to-regexp/Readme.md',
  'pathe/README.md',
  'pg-connection-string/README.md',
  'pg-pool/README.md',
  'pg-types/README.md',
  'pg/README.md',
  'pgpass/README.md',
  'picomatch/README.md',
  'pino-http/README.md',
  'pino-pretty/Readme.md',
  'pino/README.md',
  'pino/docs/api.md',
  'pino/docs/asynchronous.md',
  'pino/docs/browser.md',
  'pino/docs/bundling.md',
  'pino/docs/child-loggers.md',
  'pino/docs/help.md',
  'pino/docs/lts.md',
  'pino/docs/pretty.md',
  'pino/docs/redaction.md',
  'pino/docs/transports.md',
  'pino/docs/web.md',
  'proxy-addr/README.md',
  'punycode/README.md',
  'qs/README.md',
  'raw-body/README.md',
  'rfdc/readme.md',
  'router/README.md',
  'safe-stable-stringify/readme.md',
  'sax/README.md',
  'secure-json-parse/README.md',
  'semver/README.md',
  'send/README.md',
  'serve-static/README.md',
  'sonic-boom/README.md',
  'source-map-support/README.md',
  'split2/README.md',
  'supports-color/readme.md',
  'tinybench/README.md',
  'tinyexec/README.md',
  'tinypool/README.md',
  'undici/README.md',
  'undici/docs/docs/api/Agent.md',
  'undici/docs/docs/api/BalancedPool.md',
  'undici/docs/docs/api/CacheStore.md',
  'undici/docs/docs/api/Client.md',
  'undici/docs/docs/api/Connector.md',
  'undici/docs/docs/api/Cookies.md',
  'undici/docs/docs/api/Debug.md',
  'undici/docs/docs/api/DiagnosticsChannel.md',
  'undici/docs/docs/api/Dispatcher.md',
  'undici/docs/docs/api/EnvHttpProxyAgent.md',
  'undici/docs/docs/api/Errors.md',
  'undici/docs/docs/api/Fetch.md',
  'undici/docs/docs/api/GlobalInstallation.md',
  'undici/docs/docs/api/H2CClient.md',
  'undici/docs/docs/api/MockAgent.md',
  'undici/docs/docs/api/MockCallHistory.md',
  'undici/docs/docs/api/MockCallHistoryLog.md',
  'undici/docs/docs/api/MockClient.md',
  'undici/docs/docs/api/MockPool.md',
  'undici/docs/docs/api/Pool.md',
  'undici/docs/docs/api/ProxyAgent.md',
  'undici/docs/docs/api/RedirectHandler.md',
  'undici/docs/docs/api/RetryAgent.md',
  'undici/docs/docs/api/RetryHandler.md',
  'undici/docs/docs/api/RoundRobinPool.md',
  'undici/docs/docs/api/SnapshotAgent.md',
  'undici/docs/docs/api/Socks5ProxyAgent.md',
  'undici/docs/docs/api/WebSocket.md',
  'undici/docs/docs/api/api-lifecycle.md',
  'undici/docs/docs/best-practices/client-certificate.md',
  'undici/docs/docs/best-practices/crawling.md',
  'undici/docs/docs/best-practices/mocking-request.md',
  'undici/docs/docs/best-practices/proxy.md',
  'undici/docs/docs/best-practices/undici-vs-builtin-fetch.md',
  'undici/docs/docs/best-practices/writing-tests.md',
  'uuid/README.md',
  'wrangler/README.md',
  'wrangler/node_modules/path-to-regexp/Readme.md',
  'ws/README.md',
  'xml2js/README.md',
  'youch/README.md',
  'zod/README.md',
] as const
export type CorpusFile = (typeof CORPUS)[number]

export interface CorpusDocument {
  file: CorpusFile
  /** The package and the file in it: `undici: docs/docs/api/Client.md`. */
  title: string
  content: string
}

/** Reads all of the corpus; rejects when a file is missing or isn't as long as a document of the corpus should be. */
export const readCorpus = (): Promise<CorpusDocument[]> => Promise.all(CORPUS.map(readDocument))

const SHORTEST = 1_000
const LONGEST = 200_000

async function readDocument(file: CorpusFile): Promise<CorpusDocument> {
  const within = (folder: string) => readFile(join(ROOT, folder, 'node_modules', file), 'utf8')
  const content = await within('')
    .catch(() => within('test/clients'))
    .catch((cause: unknown) => {
      throw new Error(
        `The corpus lacks node_modules/${file}: run npm install and npm run clients with the committed locks.`,
        { cause },
      )
    })
  if (content.length >= SHORTEST && content.length <= LONGEST) return { file, title: titleOf(file), content }
  throw new Error(`node_modules/${file} has ${content.length} characters: another version than the committed lock's?`)
}

function titleOf(file: string): string {
  const nested = file.split('/node_modules/').at(-1) ?? file
  const [, name, path] = /^((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(nested) ?? []
  return `${name}: ${path}`
}
