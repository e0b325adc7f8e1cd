import { type AppError, fail, ok, type Result, tryCatch } from '../result.ts'
import type { AppEnv } from './app-env.ts'

export const MIB = 1024 * 1024

/** However slow a client is: 5 MiB in that time are what the slowest mobile networks carry. */
const PATIENCE_MS = 60_000

/** @param maxSize what the route takes, in bytes */
export const tooLarge = (maxSize: number): AppError => ({
  code: 'payload_too_large',
  detail: `The body of this request may have ${maxSize % MIB === 0 ? `${maxSize / MIB} MiB` : `${maxSize / 1024} KiB`}.`,
})
const BROKEN_OFF: AppError = { code: 'invalid_request', errors: [{ path: '(root)', message: 'breaks off' }] }

/** The part of Hono's context that every kind of route has. */
interface BodyContext {
  req: { raw: Request }
  var: Pick<AppEnv['Variables'], 'operation'>
}

/** By the request: several ask for the same body. */
const bodies = new WeakMap<Request, Promise<Result<Uint8Array>>>()

/**
 * The whole body of a request. Only sign-in reads it before a token is verified.
 *
 * @returns `payload_too_large` where it is longer than its route takes; `request_timeout` where it does not come; `invalid_request`
 *   where it breaks off
 */
export function readBody(c: BodyContext): Promise<Result<Uint8Array>> {
  const { raw } = c.req
  const reading = bodies.get(raw) ?? withPatience(readWithin(raw, c.var.operation?.maxBody ?? MIB))
  bodies.set(raw, reading)
  return reading
}

async function withPatience(reading: Promise<Result<Uint8Array>>): Promise<Result<Uint8Array>> {
  let timer: ReturnType<typeof setTimeout> | null = null
  const late = new Promise<Result<Uint8Array>>((resolve) => {
    timer = setTimeout(() => resolve(fail({ code: 'request_timeout' })), PATIENCE_MS)
  })
  const result = await Promise.race([reading, late])
  if (timer !== null) clearTimeout(timer)
  return result
}

async function readWithin(request: Request, maxSize: number): Promise<Result<Uint8Array>> {
  const { body } = request
  if (body === null) return ok(new Uint8Array())
  // A length that is told has been looked at: the runtime reads faster than we do.
  const [bytes, broken] = await tryCatch(
    async () => (hasLength(request) ? request.bytes() : readStream(body, maxSize)),
    () => BROKEN_OFF,
  )
  if (broken) return fail(broken)
  return bytes === null ? fail(tooLarge(maxSize)) : ok(bytes)
}

/** Whether a request tells how long its body is. */
export const hasLength = ({ headers }: Request): boolean =>
  headers.has('Content-Length') && !headers.has('Transfer-Encoding')

/** @returns all of the stream, or null where it is longer; then the rest can still be read */
async function readStream(stream: ReadableStream<Uint8Array>, maxSize: number): Promise<Uint8Array | null> {
  let size = 0
  let buffer = new Uint8Array(0)
  const reader = stream.getReader()
  try {
    for (;;) {
      const { value } = await reader.read()
      if (value === undefined) return buffer.subarray(0, size)
      const offset = size
      size += value.length
      if (size > maxSize) return null
      if (size > buffer.length) {
        const grown = new Uint8Array(Math.min(maxSize, Math.max(size, buffer.length * 2)))
        grown.set(buffer.subarray(0, offset))
        buffer = grown
      }
      buffer.set(value, offset)
    }
  } finally {
    reader.releaseLock()
  }
}
