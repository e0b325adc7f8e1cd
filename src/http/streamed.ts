import type { BodyEnd, Trace } from '../trace.ts'

/**
 * The body of an answer that comes bit by bit. The log line of its request is written when it has ended, however it did.
 *
 * @param source which is read when the client has taken what came before
 */
export function streamed(trace: Trace, source: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const { promise, resolve } = Promise.withResolvers<BodyEnd>()
  trace.bodyEnd = promise
  const reader = source.getReader()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { value, done } = await reader.read()
          if (!done) return controller.enqueue(value)
          controller.close()
          resolve('complete')
        } catch (error) {
          controller.error(error)
          resolve('broken_off')
        }
      },
      async cancel(reason) {
        resolve('not_taken')
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}
