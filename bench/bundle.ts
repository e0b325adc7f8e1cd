import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as z from 'zod'
import { BIN, ROOT } from './files.ts'

const metafile = z.object({
  outputs: z.record(z.string(), z.object({ inputs: z.record(z.string(), z.object({ bytesInOutput: z.number() })) })),
})

/** A Worker as `wrangler deploy` would upload it. */
export interface Bundle {
  script: string
  /** Bytes of each source file in `script`, by its path. */
  inputs: Map<string, number>
}

/**
 * Bundles and minifies a Worker with wrangler's dry run.
 *
 * @param outDir written to
 * @param entry the Worker's source; without it the one that `wrangler.toml` names
 */
export async function bundleWorker(outDir: string, entry?: string): Promise<Bundle> {
  const metafilePath = join(outDir, 'meta.json')
  const output = ['--dry-run', '--minify', '--outdir', outDir, '--metafile', metafilePath]
  await promisify(execFile)(join(BIN, 'wrangler'), ['deploy', ...(entry ? [entry] : []), '--env=', ...output], {
    cwd: ROOT,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
  })
  const { outputs } = metafile.parse(JSON.parse(await readFile(metafilePath, 'utf8')))
  const [path, { inputs }] = Object.entries(outputs).find(([name]) => name.endsWith('.js')) ?? missing(outDir)
  const sizes = Object.entries(inputs).map(([input, { bytesInOutput }]) => [input, bytesInOutput] as const)
  return { script: await readFile(join(ROOT, path), 'utf8'), inputs: new Map(sizes) }
}

function missing(outDir: string): never {
  throw new Error(`wrangler wrote no script to ${outDir}`)
}
