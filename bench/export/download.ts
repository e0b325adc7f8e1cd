import { get, type IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** What came of one download. */
export interface Downloaded {
  lines: number
  bytes: number
  seconds: number
}

/**
 * Downloads an export and checks that it is whole.
 *
 * @param bytesPerSecond how fast the client takes it; without it as fast as it can
 */
export async function download(url: string, token: string, bytesPerSecond = Infinity): Promise<Downloaded> {
  const started = performance.now()
  const elapsed = () => (performance.now() - started) / 1000
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers: { authorization: `Bearer ${token}` }, agent: false }, resolve).on('error', reject)
  })
  let lines = 0
  let bytes = 0
  let last = Buffer.alloc(0)
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1
    last = Buffer.concat([last, chunk]).subarray(-1000)
    const ahead = bytes / bytesPerSecond - elapsed()
    if (ahead > 0) await delay(ahead * 1000)
  }
  const end = last.toString().trimEnd().split('\n').at(-1) ?? ''
  if (response.statusCode !== 200 || !end.includes('"type":"end"')) {
    throw new Error(`${url} answered ${response.statusCode}, and last of all: ${end}`)
  }
  return { lines, bytes, seconds: elapsed() }
}
