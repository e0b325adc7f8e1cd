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
  const cut = texts.map((text) => cutText(text).text)
  const batches: string[][] = []
  for (let start = 0; start < cut.length;) {
    const end = start + fittingTexts(cut.slice(start), maxBatch)
    batches.push(cut.slice(start, end))
    start = end
  }
  return batches
}

/** How many of these texts, from the first one on, make one such request. */
export function fittingTexts(texts: readonly string[], maxBatch: number): number {
  let total = 0
  let count = 0
  for (const text of texts) {
    total += cutText(text).bytes
    if (count === maxBatch || total > MAX_TOKENS_PER_REQUEST) break
    count += 1
  }
  return count
}

function cutText(text: string): { text: string; bytes: number } {
  // A lone surrogate is no valid JSON text for every server; it becomes U+FFFD, as in the count.
  const wellFormed = text.toWellFormed()
  const { read, written } = encoder.encodeInto(wellFormed, scratch)
  return { text: wellFormed.slice(0, read), bytes: written }
}
