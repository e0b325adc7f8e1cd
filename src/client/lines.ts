/** The lines of a stream of newline-delimited JSON. Whoever stops reading ends the request. */
export async function* jsonLines<T>(body: ReadableStream<Uint8Array>): AsyncGenerator<T, void, undefined> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      const lines = (rest + (done ? decoder.decode() : decoder.decode(value, { stream: true }))).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '') yield JSON.parse(line) as T
      if (!done) continue
      if (rest !== '') yield JSON.parse(rest) as T
      return
    }
  } finally {
    await reader.cancel()
  }
}
