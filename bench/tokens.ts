import { type Bundle, bundleWorker, gzipSize } from './bundle.ts'
import { inTemporaryDirectory } from './files.ts'
import type { RunSize } from './part.ts'
import { kibibytes } from './size.ts'
import { median, ratio } from './stats.ts'
import { type Issued, issueTokens } from './tokens/issue.ts'
import { type RunningWorker, startWorker } from './workerd.ts'

const SIZES = {
  full: { tokens: 50, rounds: 9, requests: 10, cached: 100_000, verified: 2000 },
  smoke: { tokens: 5, rounds: 1, requests: 1, cached: 100, verified: 10 },
}
type Load = (typeof SIZES)[RunSize]

/** A verifier under load: a round is so many requests of so many verifications. */
interface Subject {
  name: string
  entry: string
  verifications: number
}

const subjects = ({ cached, verified }: Load): readonly Subject[] => [
  { name: 'Parley, token seen before', entry: 'parley-cached-worker', verifications: cached },
  { name: 'Parley, token never seen', entry: 'parley-worker', verifications: verified },
  { name: 'aws-jwt-verify', entry: 'aws-worker', verifications: verified },
]

/**
 * CPU of workerd for one verification of an access token, beside `aws-jwt-verify`: the same tokens, the same key set,
 * loaded before. Each must accept all tokens and refuse those that it should, or nothing is measured.
 *
 * - All check the signature (RS256), issuer, client, `token_use` and the times (`exp`, `nbf`).
 * - Parley also checks that there is an `exp`, that `iat` is not ahead, and the form of `sub`, scopes, groups and origin;
 *   and it refuses what parsers disagree about: base64url that is not canonical, names that occur twice or reach a
 *   prototype, headers that name a key.
 * - A token seen before is compared by its whole text; its times and its key are checked again, the rest is not.
 *
 * Round by round in turns, so that a busy machine disturbs all of them alike.
 */
export function measureTokens(size: RunSize): Promise<void> {
  return inTemporaryDirectory((directory) => compare(SIZES[size], directory))
}

async function compare(load: Load, directory: string): Promise<void> {
  await using cleanup = new AsyncDisposableStack()
  const issued = await issueTokens(load.tokens)
  const running: Running[] = []
  for (const subject of subjects(load)) {
    const bundle = await bundleWorker(directory, `bench/tokens/${subject.entry}.ts`)
    assertForWorkers(bundle)
    const worker = await startWorker(bundle.script, issued.bindings)
    cleanup.defer(() => worker.stop())
    await assertVerifies(subject, worker, issued)
    running.push({ ...subject, worker, gzip: gzipSize(bundle), rounds: [] })
  }
  await measureInTurns(running, load)
  report(running, load)
}

interface Running extends Subject {
  worker: RunningWorker
  /** Of the Worker's whole bundle, in bytes. */
  gzip: number
  /** Microseconds of a verification in each. */
  rounds: number[]
}

/** `aws-jwt-verify` has a part for Node and one for WebCrypto, and leaves the choice to the bundler. */
function assertForWorkers({ inputs }: Bundle): void {
  const node = [...inputs.keys()].find((path) => path.includes('web-compat-node') || path.includes('https-node'))
  if (node !== undefined) throw new Error(`The bundle holds ${node}, which is for Node`)
}

async function assertVerifies({ name }: Subject, { url }: RunningWorker, { tokens, bad }: Issued): Promise<void> {
  const verdictOn = (token: string) => askFor(url, { headers: { authorization: `Bearer ${token}` } })
  for (const token of tokens) if ((await verdictOn(token)) !== 'true') throw new Error(`${name} refuses a good token`)
  for (const [fault, token] of Object.entries(bad)) {
    if ((await verdictOn(token)) !== 'false') throw new Error(`${name} accepts a token with ${fault}`)
  }
}

async function askFor(url: string, init?: RequestInit): Promise<string> {
  const response = await fetch(url, init)
  return response.text()
}

async function measureInTurns(subjects: readonly Running[], { rounds, requests }: Load): Promise<void> {
  for (const subject of subjects) await verify(subject, requests)
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) {
      const before = await subject.worker.cpuMs()
      await verify(subject, requests)
      const spent = (await subject.worker.cpuMs()) - before
      subject.rounds.push((spent * 1000) / (requests * subject.verifications))
    }
  }
}

async function verify({ name, worker, verifications }: Running, requests: number): Promise<void> {
  for (let request = 0; request < requests; request++) {
    const accepted = Number(await askFor(`${worker.url}/${verifications}`))
    if (accepted !== verifications) throw new Error(`${name} accepted ${accepted} of ${verifications} good tokens`)
  }
}

function report(subjects: readonly Running[], { tokens, rounds }: Load): void {
  const peer = median(subjects.at(-1)?.rounds ?? [])
  console.log(`CPU of workerd per verification, ${tokens} tokens in turn, key set loaded, median of ${rounds} rounds:`)
  for (const { name, rounds: costs } of subjects) {
    const cost = median(costs)
    const spread = `${micro(Math.min(...costs))} to ${micro(Math.max(...costs))}`
    console.log(`  ${name.padEnd(26)} ${`${micro(cost)} µs`.padStart(9)}   ${ratio(cost, peer)}   (${spread})`)
  }
  console.log('A Worker that does nothing else, gzip (Parley has zod in it, which the rest of the Worker needs, too):')
  for (const { name, gzip } of subjects) console.log(`  ${name.padEnd(26)} ${kibibytes(gzip).padStart(9)}`)
}

const micro = (value: number): string => value.toFixed(2)
