const BYTES_PER_TOKEN = 3.2

/** About how many tokens a model reads a text as. */
export function estimateTokens(text: string): number {
  return Math.ceil(new TextEncoder().encode(text).length / BYTES_PER_TOKEN)
}
