import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { BUNDLE_BUDGET } from './budget.ts'
import { type Bundle, bundleParley, gzipSize, sizeByPackage, wrangler } from './bundle.ts'
import { inTemporaryDirectory } from './files.ts'
import type { RunSize } from './part.ts'
import { median, milliseconds } from './stats.ts'

const STARTS = { full: 3, smoke: 1 }

const cpuProfile = z.object({
  nodes: z.array(z.object({ id: z.number(), callFrame: z.object({ functionName: z.string() }) })),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
})

/** The bundle's weight against its budget, what it consists of, and the CPU that it takes to start. */
export function measureSize(size: RunSize): Promise<void> {
  return inTemporaryDirectory(async (directory) => {
    reportBundle(await bundleParley())
    const starts: number[] = []
    for (let i = 0; i < STARTS[size]; i++) starts.push(await startUpCpu(join(directory, `${i}.cpuprofile`)))
    console.log(
      `Start-up CPU on this machine, median of ${STARTS[size]}: ${milliseconds(median(starts), 0)} (limit 1000 ms)`,
    )
  })
}

/** Prints what the bundle weighs. @returns whether that is within the budget */
export function reportBundle(bundle: Bundle): boolean {
  const gzip = gzipSize(bundle)
  console.log(`Bundle: ${kibibytes(gzip)} gzip, budget ${kibibytes(BUNDLE_BUDGET)}. Minified, by package:`)
  for (const [name, bytes] of sizeByPackage(bundle)) console.log(`  ${kibibytes(bytes).padStart(10)}  ${name}`)
  return gzip <= BUNDLE_BUDGET
}

/** Milliseconds in which the CPU was not idle while workerd started the Worker, from the profile that wrangler makes. */
async function startUpCpu(outfile: string): Promise<number> {
  await wrangler('check', 'startup', '--outfile', outfile)
  const { nodes, samples, timeDeltas } = cpuProfile.parse(JSON.parse(await readFile(outfile, 'utf8')))
  const idle = new Set(nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)').map(({ id }) => id))
  const busy = samples.map((sample, i) => (idle.has(sample) ? 0 : (timeDeltas[i] ?? 0)))
  return busy.reduce((sum, microseconds) => sum + microseconds, 0) / 1000
}

export const kibibytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`
