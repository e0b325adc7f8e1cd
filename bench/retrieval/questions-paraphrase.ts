import { ofKind } from './question.ts'

const ask = ofKind('paraphrase')
const UNDICI = 'undici/docs/docs'

/** Put in other words than the answer's, which hardly shares any. */
export const PARAPHRASE_QUESTIONS = [
  ask('My bot should be polite to the sites it visits and not hammer them', [
    `${UNDICI}/best-practices/crawling.md`,
    'Introduce delays between requests or limit the number of concurrent requests',
  ]),
  ask(
    'keep passwords out of what gets written to the log',
    ['pino/docs/redaction.md', 'To redact sensitive information, supply paths to keys'],
    ['pino/docs/api.md', 'specifies paths that should have their values redacted'],
    ['fast-redact/readme.md', 'serializes an object with `JSON.stringify`, censoring any'],
  ),
  ask(
    'two callers ask for the same thing simultaneously and only a single call should go upstream',
    [`${UNDICI}/api/Dispatcher.md`, 'only one request is sent to the origin server'],
    [`${UNDICI}/api/DiagnosticsChannel.md`, 'only one request is sent to the origin server'],
  ),
  ask('my test suite hangs for seconds at the end because sockets linger', [
    `${UNDICI}/best-practices/writing-tests.md`,
    'keep the socket open for only 10ms',
  ]),
  ask(
    'mutual TLS: the caller proves who he is',
    [`${UNDICI}/best-practices/client-certificate.md`, 'tells the server to request the client certificate'],
    [`${UNDICI}/best-practices/client-certificate.md`, 'true if client cert is valid'],
  ),
  ask('can I lose lines when the machine dies suddenly?', [
    'pino/docs/asynchronous.md',
    'in case of a system failure, e.g. a power cut',
  ]),
  ask(
    'accents and emoji come out garbled in cmd.exe',
    ['pino/docs/help.md', 'On Windows, unicode output is not handled properly'],
    ['sonic-boom/README.md', 'correctly display utf-8 characters'],
  ),
  ask('everything shows up as harmless in GCP although it was a failure', [
    'pino/docs/help.md',
    'all logs may show as INFO level logs',
  ]),
  ask('turn a plain object back into markup with tags', [
    'xml2js/README.md',
    'objects can be also be used to build XML',
  ]),
  ask('copy something deeply that points back to itself', [
    'rfdc/readme.md',
    'Use the `circles` option to detect and preserve circular references',
  ]),
  ask(
    'the text of an equal value should always come out identical, whatever order it was built in',
    ['safe-stable-stringify/readme.md', 'guarantee a deterministic key order'],
    ['safe-stable-stringify/readme.md', '_Object keys_ are sorted instead of using the insertion order'],
  ),
  ask(
    'guard against malicious payloads that tamper with the parent of all objects',
    ['secure-json-parse/README.md', 'drop-in replacement with prototype poisoning protection'],
    ['secure-json-parse/README.md', "leaks and becomes the object's prototype"],
    ['qs/README.md', 'parameters that would overwrite properties on the object prototype are ignored'],
  ),
  ask('throw out whatever nobody has asked for longest when memory is full', [
    'lru-cache/README.md',
    'A cache object that deletes the least-recently-used items',
  ]),
  ask('restart a thread that eats more and more RAM', [
    'tinypool/README.md',
    'This option is useful when your tasks leak memory',
  ]),
  ask(
    'the watches of two machines disagree and fresh tokens get refused',
    ['aws-jwt-verify/README.md', 'to account for clock differences between systems'],
    ['jsonwebtoken/README.md', 'to deal with small clock differences among different servers'],
  ),
  ask(
    'visitors must not be able to fetch hidden stuff such as .env or .git',
    ['send/README.md', 'Pretend like the dotfile does not exist and 404'],
    ['serve-static/README.md', 'Pretend like the dotfile does not exist and 404'],
  ),
  ask(
    'a browser should not even ask whether an asset has changed',
    ['send/README.md', 'supported clients from making conditional requests during the life'],
    ['serve-static/README.md', 'supported clients from making conditional requests during the life'],
  ),
  ask('run my own gateway so that the serverless driver reaches a self-hosted server', [
    '@neondatabase/serverless/DEPLOY.md',
    'you can also run your own WebSocket proxy',
  ]),
  ask('scripts on the page must not be able to read the login token', [
    'cookie/README.md',
    'as compliant clients will not allow client-side JavaScript to see the cookie',
  ]),
  ask('clean up as soon as the answer has gone out', [
    'on-finished/README.md',
    'Attach a listener to listen for the response to finish',
  ]),
  ask('stack traces should point to what I wrote rather than to what the compiler made of it', [
    'source-map-support/README.md',
    'to replace the paths and line numbers of source-mapped files',
  ]),
  ask('colours vanish once another program spawns mine', [
    'debug/README.md',
    'colors are not shown in child processes when `stderr` is piped',
  ]),
  ask(
    'greet the visitor in the tongue that her browser prefers',
    ['negotiator/README.md', 'Returns the most preferred language from the client'],
    ['negotiator/README.md', 'Returns the most preferred language from a list of available languages'],
    ['accepts/README.md', 'Return the first accepted language'],
  ),
]
