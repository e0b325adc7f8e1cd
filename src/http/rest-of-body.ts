import { createMiddleware } from 'hono/factory'
import type { AppEnv } from './app-env.ts'

/** What Cloudflare lets through on most plans, so that no upload that arrives there is cut off here. */
const MAX_REST = 100 * 1000 * 1000
const BUFFER = 64 * 1024
/** A client that sends nothing for so long waits for the answer; twice as long at most. */
const PATIENCE_MS = 1000

/**
 * Before an answer goes, receives and drops what is left of the request's body. Else workerd closes the connection when it has
 * answered, while the client is still sending: the client then sees a reset and not the answer (RFC 9112 §9.6). It cannot go on
 * after the answer, as workerd takes the body away then.
 */
export const receiveRest = createMiddleware<AppEnv>(async (c, next) => {
  // What reads a body may replace it.
  const { raw } = c.req
  await next()
  const isRead = raw.bodyUsed && c.res.ok
  if (raw.body === null || isRead || (!raw.bodyUsed && isWaiting(raw.headers))) return
  if (Number(raw.headers.get('Content-Length') ?? 0) > MAX_REST) return
  // The client may be gone.
  await drop(raw.body).catch(() => undefined)
})

/** Whether the client sends the body only once somebody reads it, if it gets no answer before (RFC 9110 §10.1.1). */
const isWaiting = (headers: Headers): boolean => headers.get('Expect')?.toLowerCase() === '100-continue'

async function drop(body: ReadableStream<Uint8Array>): Promise<void> {
  if (body.locked) return
  // Into one buffer: of what is handed out, 4 KiB at a time, each piece would cost as much.
  const reader = body.getReader({ mode: 'byob' })
  let received = 0
  let last = 0
  const timer = setInterval(() => {
    if (received === last) void reader.cancel().catch(() => undefined)
    last = received
  }, PATIENCE_MS)
  try {
    let buffer = new ArrayBuffer(BUFFER)
    while (received <= MAX_REST) {
      const { value, done } = await reader.read(new Uint8Array(buffer))
      if (done || value === undefined) return
      received += value.length
      buffer = value.buffer
    }
  } finally {
    clearInterval(timer)
    reader.releaseLock()
  }
}
