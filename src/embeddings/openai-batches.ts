/** Limits of OpenAI's embeddings endpoint (API reference, "Create embeddings"): tokens per text and per request. */
const MAX_TOKENS_PER_TEXT = 8_191
const MAX_TOKENS_PER_REQUEST = 300_000

const encoder = new TextEncoder()
const scratch = new Uint8Array(MAX_TOKENS_PER_TEXT)

/**
 * Splits texts into requests that the provider cannot refuse for their size, in order.
 *
 * There is no tokenizer here (its tables are larger than the rest of the Worker). But OpenAI's are byte-level: a token is
 * at least one byte of UTF-8, so a text cut to 8,191 bytes has at most 8,191 tokens whatever it says. That keeps some 2,000
 * tokens of English: the beginning of a long message, and all of a document's chunk.
 */
export function toBatches(texts: readonly string[], maxBatch: number): string[][] {
  const batches: string[][] = []
  let batch: string[] = []
  let total = 0
  for (const text of texts) {
    // A lone surrogate is no valid JSON text for every server; it becomes U+FFFD, as in the count below.
    const wellFormed = text.toWellFormed()
    const { read, written } = encoder.encodeInto(wellFormed, scratch)
    if (batch.length === maxBatch || total + written > MAX_TOKENS_PER_REQUEST) {
      batches.push(batch)
      batch = []
      total = 0
    }
    batch.push(wellFormed.slice(0, read))
    total += written
  }
  if (batch.length > 0) batches.push(batch)
  return batches
}
