import { setTimeout as delay } from 'node:timers/promises'
import { Query, type QueryArrayConfig, type ResultBuilder } from 'pg'
import { fail, ok, type Result } from '../../src/result.ts'
import { fieldsToJson, rowToJson } from './encode.ts'
import { proxyError, queryFailure, sqlState, type ProxyError } from './errors.ts'
import { MAX_BYTES, type Payload, type RequestOptions, type Statement } from './request.ts'
import type { Lease } from './session.ts'

const MAX_PARAMS = 32_767
const COPY_STREAM = /^\s*copy\b.*\b(?:from\s+stdin|to\s+stdout)\b/is
const CANCEL_GRACE_MS = 100
const QUERY_CANCELED = '57014'
/** What a client that has gone would be told. */
export const CANCELLED = proxyError(400, 'Query cancelled, connection was terminated')

/** What a request came to, and whether its connection may serve another one. */
export interface Outcome {
  result: Result<string, ProxyError>
  keep: boolean
}

/** Counts the bytes of a response over all of its statements. */
interface Budget {
  used: number
}

/** Runs a request on its connection. @returns the response's JSON text */
export async function runPayload(
  lease: Lease,
  payload: Payload,
  options: RequestOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const [single] = payload.statements
  if (!payload.batch && single) return runSingle(lease, single, options, signal)
  return runBatch(lease, payload.statements, options, signal)
}

/** A failed statement costs its connection, and so does one that leaves a transaction open. */
async function runSingle(
  lease: Lease,
  statement: Statement,
  options: RequestOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const result = await untilAborted(lease, runStatement(lease, statement, options, { used: 0 }), signal)
  const [, error] = result
  const stoppedCleanly = signal.aborted && error !== null && sqlState(error) === QUERY_CANCELED
  if (error) return { result, keep: stoppedCleanly }
  return { result, keep: lease.client.getTransactionStatus() === 'I' }
}

async function runBatch(
  lease: Lease,
  statements: Statement[],
  options: RequestOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const { client } = lease
  const results: string[] = []
  const budget: Budget = { used: 0 }
  try {
    await client.query(`start transaction ${options.transaction}`)
    for (const statement of statements) {
      const [json, error] = await untilAborted(lease, runStatement(lease, statement, options, budget), signal)
      if (signal.aborted) return { result: fail(CANCELLED), keep: false }
      if (error) {
        const rolledBack = await client.query('rollback').then(
          () => client.getTransactionStatus() === 'I',
          () => false,
        )
        return { result: fail(error), keep: rolledBack }
      }
      results.push(json)
    }
    await client.query('commit')
  } catch (error) {
    return { result: fail(queryFailure(error)), keep: false }
  }
  return { result: ok(`{"results":[${results.join(',')}]}`), keep: client.getTransactionStatus() === 'I' }
}

/** When the client goes away, asks the server to stop, and waits a moment for what comes of it. */
async function untilAborted(
  lease: Lease,
  running: Promise<Result<string, ProxyError>>,
  signal: AbortSignal,
): Promise<Result<string, ProxyError>> {
  const { cancel } = lease
  if (!cancel) return running
  const aborted = Promise.withResolvers<'aborted'>()
  const onAbort = () => aborted.resolve('aborted')
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  const first = await Promise.race([running, aborted.promise])
  signal.removeEventListener('abort', onAbort)
  if (first !== 'aborted') return first
  await cancel()
  return Promise.race([running, delay(CANCEL_GRACE_MS, fail(CANCELLED), { ref: false })])
}

/** Runs one statement over the extended protocol, which refuses more than one in a string. */
function runStatement(
  lease: Lease,
  statement: Statement,
  options: RequestOptions,
  budget: Budget,
): Promise<Result<string, ProxyError>> {
  const refused = whyRefused(statement)
  if (refused) return Promise.resolve(fail(proxyError(400, refused)))
  const mode = { rawText: options.rawText, arrayMode: statement.arrayMode }
  // `queryMode` is missing in the types of pg; without it a statement with no parameters takes the simple protocol.
  const config: QueryArrayConfig<(string | null)[]> & { queryMode: 'extended' } = {
    text: statement.text,
    values: statement.params,
    rowMode: 'array',
    queryMode: 'extended',
  }
  const done = Promise.withResolvers<Result<string, ProxyError>>()
  const rows: string[] = []
  let tooLarge: ProxyError | undefined
  let stopped: Promise<void> | undefined
  const finish = async (result: Result<string, ProxyError>) => {
    // A cancel request still on its way would hit whatever the connection runs next.
    await stopped
    done.resolve(tooLarge ? fail(tooLarge) : result)
  }

  const query = new Query<(string | null)[]>(config)
  query.on('row', (row, result) => {
    if (tooLarge || !result) return
    const json = rowToJson(row, result.fields, mode)
    budget.used += Buffer.byteLength(json) + 1
    rows.push(json)
    if (budget.used <= MAX_BYTES) return
    tooLarge = proxyError(507, `response is too large (max is ${MAX_BYTES} bytes)`)
    rows.length = 0
    stopped = lease.cancel?.()
  })
  query.on('error', (error) => void finish(fail(queryFailure(error))))
  query.on('end', (result) => void finish(ok(resultToJson(result, rows, mode.arrayMode))))
  lease.client.query(query)
  return done.promise
}

function resultToJson(
  result: Pick<ResultBuilder, 'command' | 'rowCount' | 'fields'>,
  rows: string[],
  arrayMode: boolean,
): string {
  const command = JSON.stringify(result.command ?? '')
  const fields = fieldsToJson(result.fields)
  const shape = `"rowAsArray":${arrayMode},"fields":${fields},"rows":[${rows.join(',')}]`
  return `{${shape},"command":${command},"rowCount":${result.rowCount ?? 'null'}}`
}

/** What the proxy's Postgres client cannot send or understand. */
function whyRefused({ text, params }: Statement): string | undefined {
  if (text.includes('\0')) return 'error encoding message to server: string contains embedded null'
  if (params.length > MAX_PARAMS) return 'error encoding message to server: value too large to transmit'
  // COPY speaks a protocol of its own, for which HTTP has no place; PGlite would never come back from it.
  return COPY_STREAM.test(text) ? 'unexpected message from server' : undefined
}
