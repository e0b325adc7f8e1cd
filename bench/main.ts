import { parseArgs } from 'node:util'
import type { Part } from './part.ts'
import { PARTS } from './parts.ts'

// `npm run bench` runs every benchmark, `npm run bench -- cpu size` some. With `--smoke` they run with tiny sizes, which
// shows within two minutes whether they still work.
const { values, positionals } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    mtrag: { type: 'string' },
    set: { type: 'string' },
    as: { type: 'string' },
    model: { type: 'string' },
  },
  allowPositionals: true,
})
const size = values.smoke ? 'smoke' : 'full'
const unknown = positionals.find((name) => !(name in PARTS))
if (unknown !== undefined) {
  console.error(`There is no benchmark "${unknown}". There are: ${Object.keys(PARTS).join(', ')}.`)
  process.exit(1)
}

if (size === 'smoke') console.log('Smoke run: sizes are tiny, so the figures mean nothing.')

let crash: (error: unknown) => void = console.error
// An error that no promise carries, such as a lost connection, must fail one benchmark and not end the others.
process.on('uncaughtException', (error) => crash(error))

type Verdict = 'passed' | 'failed' | 'skipped'

const names: Record<Verdict, string[]> = { passed: [], failed: [], skipped: [] }
for (const [name, part] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  console.log(`\n# ${name}`)
  names[await runPart(name, part)].push(name)
}
console.log(`\n${summary()}`)
// Explicitly: what a failed benchmark has left open must not keep the process alive.
if (names.failed.length > 0) process.exit(1)

async function runPart(name: string, part: Part): Promise<Verdict> {
  const ready = part(size, values)
  if ('obstacle' in ready) {
    if (size === 'smoke') {
      console.log(`Skipped: ${name} ${ready.obstacle}`)
      return 'skipped'
    }
    console.error(`${name} ${ready.obstacle}`)
    return 'failed'
  }
  const uncaught = Promise.withResolvers<never>()
  crash = uncaught.reject
  try {
    await Promise.race([ready.run(), uncaught.promise])
    return 'passed'
  } catch (error) {
    console.error(error)
    return 'failed'
  }
}

/** `12 passed, 1 failed (origins), 1 skipped (scale)` */
function summary(): string {
  const { passed, failed, skipped } = names
  const listed = (verdict: Verdict) => `${names[verdict].length} ${verdict} (${names[verdict].join(', ')})`
  return [
    `${passed.length} passed`,
    failed.length > 0 ? listed('failed') : '0 failed',
    ...(skipped.length > 0 ? [listed('skipped')] : []),
  ].join(', ')
}
