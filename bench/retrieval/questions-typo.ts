import { ofKind } from './question.ts'

const ask = ofKind('typo')

/** Misspelt, as one types in a hurry. */
export const TYPO_QUESTIONS = [
  ask(
    'automaticaly retry afterr the retry-afer header',
    ['undici/docs/docs/api/RetryHandler.md', 'enables automatic retry after the `Retry-After` header'],
    ['undici/docs/docs/api/RetryAgent.md', 'enables automatic retry after the `Retry-After` header'],
  ),
  ask('congito token_use claime must be acess', [
    'aws-jwt-verify/README.md',
    "verify that the JWT's `token_use` claim matches your expectation",
  ]),
  ask('websokcet compresion and memory fragmentaton', [
    'ws/README.md',
    'where increased concurrency, especially on Linux',
  ]),
  ask('prerelese identifer increment', [
    'semver/README.md',
    'append the value of the string as a prerelease identifier',
  ]),
  ask('postgers conection string for a unix domain sokcet', [
    'pg-connection-string/README.md',
    'the socket path follows `socket:`',
  ]),
  ask('wildcrad paramter across mulitple segments', [
    'path-to-regexp/Readme.md',
    'Wildcard parameters match one or more characters across multiple segments',
  ]),
  ask('enabel dotfile mathcing in globs', [
    'picomatch/README.md',
    'Enable dotfile matching. By default, dotfiles are ignored',
  ]),
  ask('trusing multple application load balacners', [
    'aws-jwt-verify/README.md',
    'If you want to allow JWTs from multiple Application Load Balancers',
  ]),
  ask('sokcs5 usernme and pasword', [
    'undici/docs/docs/api/Socks5ProxyAgent.md',
    'SOCKS5 proxy username for authentication',
  ]),
  ask('transacton isolaton mode seralizable', [
    '@neondatabase/serverless/CONFIG.md',
    "`'ReadUncommitted'`, `'ReadCommitted'`",
  ]),
  ask('asynchronus loging with a bufer', [
    'pino/docs/asynchronous.md',
    'buffering log messages and writing them in larger chunks',
  ]),
]
