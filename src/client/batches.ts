/** What `PUT …/messages` takes: src/features/messages. Some room is left for what stands around the messages. */
const MOST_MESSAGES = 1000
const MOST_BYTES = 8 * 1024 * 1024 - 1024

/**
 * Cuts a chat so that each part fits a request. A part begins with the last message of the one before: that is how Parley knows what
 * it goes on from. A single message that is too large stays for Parley to refuse.
 */
export function batchesOf<T extends object>(messages: readonly T[]): T[][] {
  let batch: T[] = []
  const batches = [batch]
  let bytes = 0
  for (const message of messages) {
    const size = sizeOf(message)
    const last = batch.at(-1)
    if (last && batch.length > 1 && (batch.length === MOST_MESSAGES || bytes + size > MOST_BYTES)) {
      batch = [last]
      batches.push(batch)
      bytes = sizeOf(last)
    }
    batch.push(message)
    bytes += size
  }
  return batches
}

const encoder = new TextEncoder()
const sizeOf = (message: object): number => encoder.encode(JSON.stringify(message)).length + 1
