import { ofKind } from './question.ts'

const ask = ofKind('keyword')
const UNDICI = 'undici/docs/docs/api'

/** An identifier, an option or an error code, alone or with a few words. */
export const KEYWORD_QUESTIONS = [
  ask('UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', [
    `${UNDICI}/Errors.md`,
    'request body does not match content-length header',
  ]),
  ask('What is UND_ERR_PRX_TLS?', [`${UNDICI}/Errors.md`, 'tls connection to a proxy failed']),
  ask('UND_ERR_REQ_RETRY', [`${UNDICI}/RetryHandler.md`, 'rejecting with the error `UND_ERR_REQ_RETRY`']),
  ask(
    'keepAliveTimeoutThreshold',
    [`${UNDICI}/Client.md`, 'subtracted from server *keep-alive* hints'],
    [`${UNDICI}/H2CClient.md`, 'subtracted from server _keep-alive_ hints'],
  ),
  ask('undici:request:trailers', [
    `${UNDICI}/DiagnosticsChannel.md`,
    'published after the response body and trailers have been received',
  ]),
  ask('maxMemoryLimitBeforeRecycle', [
    'tinypool/README.md',
    "worker's heap memory usage is compared against this value",
  ]),
  ask('What does poolQueryViaFetch do?', [
    '@neondatabase/serverless/CONFIG.md',
    'will be sent by low-latency HTTP `fetch` request',
  ]),
  ask('coalesceWrites option', ['@neondatabase/serverless/CONFIG.md', 'coalesced into a single WebSocket message']),
  ask('pipelineConnect "password"', [
    '@neondatabase/serverless/CONFIG.md',
    'pipeline the first three messages to the database',
  ]),
  ask(
    'throwOnLimitExceeded in qs',
    ['qs/README.md', 'If you want an error to be thrown whenever a limit is exceeded'],
    ['qs/README.md', 'If you want to throw an error whenever the array limit is exceeded'],
    ['qs/README.md', 'Setting `throwOnLimitExceeded: true` (see `arrayLimit` below)'],
  ),
  ask(
    'stream.encoding.set',
    ['body-parser/README.md', 'something called the `req.setEncoding` method prior'],
    ['raw-body/README.md', 'when the given stream has an encoding set on it'],
  ),
  ask('parameters.too.many error', [
    'body-parser/README.md',
    'content of the request exceeds the configured `parameterLimit`',
  ]),
  ask('PGPASS_NO_DEESCAPE', ['pgpass/README.md', 'should be de-escaped or not']),
  ask('WS_NO_BUFFER_UTIL', ['ws/README.md', 'To force ws to not use bufferutil']),
  ask('retryEAGAIN', ['sonic-boom/README.md', 'encounters a EAGAIN error']),
  ask('noDisposeOnSet option of the cache', [
    'lru-cache/README.md',
    'key falls out of the cache, not when it is overwritten',
  ]),
  ask('cors optionsSuccessStatus', ['cors/README.md', 'some legacy browsers (IE11, various SmartTVs)']),
  ask('mixinMergeStrategy', ['pino/docs/api.md', 'the second parameter is the value resulting from `mixin()`']),
  ask('maxExtglobRecursion default', ['picomatch/README.md', 'Limit nested quantified extglobs']),
  ask(
    'includeRawJwtInErrors',
    ['aws-jwt-verify/README.md', 'set `includeRawJwtInErrors` to `true` when creating the verifier'],
    ['aws-jwt-verify/README.md', '`includeRawJwtInErrors` (optional, default `false`)'],
  ),
  ask('maxTotalMergeKeys yaml', ['js-yaml/README.md', 'limits the total number of keys processed by merge']),
  ask('uselibpqcompat=true', ['pg-connection-string/README.md', '`uselibpqcompat=true` - use libpq semantics']),
  ask('__bundlerPathsOverrides', ['pino/docs/bundling.md', 'injecting a code which sets `__bundlerPathsOverrides`']),
  ask(
    'identifierBase inc',
    ['semver/README.md', 'let your prerelease number as zero-based or one-based'],
    ['semver/README.md', 'is the base to be used for the `prerelease` identifier'],
  ),
  ask('DEBUG_HIDE_DATE', ['debug/README.md', 'Hide date from debug output']),
  ask('YOUCH_CAUSE', ['youch/README.md', 'adjust the depth using the `YOUCH_CAUSE` environment variable']),
  ask('hookRequire', ['source-map-support/README.md', 'will monitor all source files for inline source maps']),
]
