import { type Bundle, bundleWorker, gzipSize } from './bundle.ts'
import { inTemporaryDirectory } from './files.ts'
import { kibibytes } from './size.ts'
import { median, ratio } from './stats.ts'
import { type Issued, issueTokens } from './tokens/issue.ts'
import { type RunningWorker, startWorker } from './workerd.ts'

const TOKENS = 50
const ROUNDS = 9
const REQUESTS = 10

/** A verifier under load: a round is so many requests of so many verifications. */
interface Subject {
  name: string
  entry: string
  verifications: number
}

const SUBJECTS: readonly Subject[] = [
  { name: 'Parley, token seen before', entry: 'parley-cached-worker', verifications: 100_000 },
  { name: 'Parley, token never seen', entry: 'parley-worker', verifications: 2000 },
  { name: 'aws-jwt-verify', entry: 'aws-worker', verifications: 2000 },
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
export async function measureTokens(): Promise<void> {
  if (process.platform === 'linux') return inTemporaryDirectory(compare)
  console.error('tokens reads /proc, which only Linux has.')
  process.exitCode = 1
}

async function compare(directory: string): Promise<void> {
  await using cleanup = new AsyncDisposableStack()
  const issued = await issueTokens(TOKENS)
  const running: Running[] = []
  for (const subject of SUBJECTS) {
    const bundle = await bundleWorker(directory, `bench/tokens/${subject.entry}.ts`)
    assertForWorkers(bundle)
    const worker = await startWorker(bundle.script, issued.bindings)
    cleanup.defer(() => worker.stop())
    await assertVerifies(subject, worker, issued)
    running.push({ ...subject, worker, gzip: gzipSize(bundle), rounds: [] })
  }
  await measureInTurns(running)
  report(running)
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

async function measureInTurns(subjects: readonly Running[]): Promise<void> {
  for (const subject of subjects) await load(subject)
  for (let round = 0; round < ROUNDS; round++) {
    for (const subject of subjects) {
      const before = await subject.worker.cpuMs()
      await load(subject)
      const spent = (await subject.worker.cpuMs()) - before
      subject.rounds.push((spent * 1000) / (REQUESTS * subject.verifications))
    }
  }
}

async function load({ name, worker, verifications }: Running): Promise<void> {
  for (let request = 0; request < REQUESTS; request++) {
    const accepted = Number(await askFor(`${worker.url}/${verifications}`))
    if (accepted !== verifications) throw new Error(`${name} accepted ${accepted} of ${verifications} good tokens`)
  }
}

function report(subjects: readonly Running[]): void {
  const peer = median(subjects.at(-1)?.rounds ?? [])
  console.log(`CPU of workerd per verification, ${TOKENS} tokens in turn, key set loaded, median of ${ROUNDS} rounds:`)
  for (const { name, rounds } of subjects) {
    const cost = median(rounds)
    const spread = `${micro(Math.min(...rounds))} to ${micro(Math.max(...rounds))}`
    console.log(`  ${name.padEnd(26)} ${`${micro(cost)} µs`.padStart(9)}   ${ratio(cost, peer)}   (${spread})`)
  }
  console.log('A Worker that does nothing else, gzip (Parley has zod in it, which the rest of the Worker needs, too):')
  for (const { name, gzip } of subjects) console.log(`  ${name.padEnd(26)} ${kibibytes(gzip).padStart(9)}`)
}

const micro = (value: number): string => value.toFixed(2)
