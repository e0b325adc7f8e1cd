import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import * as z from 'zod'
import { BIN, inTemporaryDirectory, ROOT } from './files.ts'

const metafile = z.object({
  outputs: z.record(z.string(), z.object({ inputs: z.record(z.string(), z.object({ bytesInOutput: z.number() })) })),
})

/** Runs wrangler on this project, quietly; rejects with what it printed when it fails. */
export const wrangler = (...args: string[]): Promise<void> => wranglerIn(ROOT, args)

async function wranglerIn(cwd: string, args: readonly string[]): Promise<void> {
  await promisify(execFile)(join(BIN, 'wrangler'), [...args, '--env='], {
    cwd,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
  })
}

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
 * @param entry the Worker's source; without it Parley's, which `wrangler.toml` names
 * @param project the directory with its wrangler.toml, by default this one
 */
export async function bundleWorker(outDir: string, entry?: string, project: string = ROOT): Promise<Bundle> {
  const metafilePath = join(outDir, 'meta.json')
  const output = ['--dry-run', '--minify', '--outdir', outDir, '--metafile', metafilePath]
  await wranglerIn(project, ['deploy', ...(entry ? [entry] : []), ...output])
  const { outputs } = metafile.parse(JSON.parse(await readFile(metafilePath, 'utf8')))
  const [path, { inputs }] = Object.entries(outputs).find(([name]) => name.endsWith('.js')) ?? missing(outDir)
  const sizes = Object.entries(inputs).map(([input, { bytesInOutput }]) => [input, bytesInOutput] as const)
  return { script: await readFile(join(project, path), 'utf8'), inputs: new Map(sizes) }
}

let parley: Promise<Bundle> | undefined

/** Parley's own bundle. Made once in a run, however many benchmarks ask for it: wrangler takes two seconds. */
export const bundleParley = (): Promise<Bundle> =>
  (parley ??= inTemporaryDirectory((directory) => bundleWorker(directory)))

function missing(outDir: string): never {
  throw new Error(`wrangler wrote no script to ${outDir}`)
}

/** What the bundle weighs on the wire, in bytes; Cloudflare's limits and wrangler's own figure are gzip, too. */
export const gzipSize = ({ script }: Bundle): number => gzipSync(script).length

/** Minified bytes by npm package, and of the project's own `src`, the largest first. */
export function sizeByPackage({ inputs }: Bundle): [name: string, bytes: number][] {
  const sizes = new Map<string, number>()
  for (const [path, bytes] of inputs) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'src'
    sizes.set(name, (sizes.get(name) ?? 0) + bytes)
  }
  return [...sizes].sort(([, a], [, b]) => b - a)
}
