import { estimateTokens } from '../src/tokens/estimate.ts'
import { countCl100k, countO200k } from '../test/clients/tokenizer.ts'
import type { RunSize } from './part.ts'
import { readTexts } from './token-estimate/corpus.ts'

/** One of so many texts is read. */
const EVERY = { full: 1, smoke: 10 }
/** Of a text this long, and of a kind as a whole, the estimate is at least this share of each tokenizer's count. */
const LONG = 200
const LEAST = 0.95

interface Counted {
  text: string
  estimate: number
  o200k: number
  cl100k: number
}

/**
 * How far the estimate of a text's tokens is from what two tokenizers count, by kinds of text: in all, and of the text whose
 * estimate is the lowest. Rejects where one is more than 5 % below either tokenizer.
 */
export async function measureTokenEstimate(size: RunSize): Promise<void> {
  const kinds = await readTexts()
  const low: string[] = []
  console.log('Estimate / count of o200k_base, of cl100k_base; of the text with the lowest estimate, and the highest:')
  for (const [kind, texts] of kinds) {
    const counted = texts.filter((_, i) => i % EVERY[size] === 0).map(count)
    const inAll = (tokenizer: 'o200k' | 'cl100k') => sum(counted, 'estimate') / sum(counted, tokenizer)
    const [o200k, cl100k] = [inAll('o200k'), inAll('cl100k')]
    const long = counted.filter(({ text }) => text.length >= LONG).toSorted((a, b) => shareOf(a) - shareOf(b))
    const [lowest, highest] = [long[0], long.at(-1)]
    const range = lowest && highest ? `${share(shareOf(lowest))} … ${share(shareOf(highest))}` : ''
    console.log(
      `  ${kind.padEnd(20)} ${String(counted.length).padStart(5)} texts  ${share(o200k)}  ${share(cl100k)}   ${range}`,
    )
    if (Math.min(o200k, cl100k) < LEAST) low.push(`  ${kind} in all`)
    low.push(
      ...long
        .filter((one) => shareOf(one) < LEAST)
        .map((one) => `  ${kind}, ${share(shareOf(one))}: ${one.text.slice(0, 80)}`),
    )
  }
  if (low.length > 0) throw new Error(`Estimated more than 5 % below a tokenizer's count:\n${low.join('\n')}`)
}

const count = (text: string): Counted => ({
  text,
  estimate: estimateTokens(text),
  o200k: countO200k(text, { disallowedSpecial: new Set() }),
  cl100k: countCl100k(text, { disallowedSpecial: new Set() }),
})

/** Of the tokenizer that counts more. */
const shareOf = ({ estimate, o200k, cl100k }: Counted): number => estimate / Math.max(o200k, cl100k)

const sum = (counted: readonly Counted[], of: 'estimate' | 'o200k' | 'cl100k'): number =>
  counted.reduce((total, one) => total + one[of], 0)

const share = (value: number): string => value.toFixed(3)
