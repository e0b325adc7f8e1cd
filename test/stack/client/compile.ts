import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

/** As people who want to know write it; declarations of packages are checked as well. */
const STRICT = {
  strict: true,
  noEmit: true,
  target: 'es2022',
  module: 'nodenext',
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  types: [],
}

export interface Compilation {
  /** What the compiler said, an error a line. */
  errors: string[]
  milliseconds: number
}

/**
 * Type-checks files of a project.
 *
 * @param options beside strict ones
 * @param tsc the compiler: by default this repository's
 */
export async function compile(
  directory: string,
  files: string[],
  options: object = {},
  tsc = TSC,
): Promise<Compilation> {
  const config = join(directory, 'tsconfig.json')
  await writeFile(config, JSON.stringify({ compilerOptions: { ...STRICT, ...options }, files }))
  const began = performance.now()
  const output = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, [tsc, '-p', config, '--pretty', 'false'], { cwd: directory }, (error, stdout) => {
      if (error && stdout === '') reject(error)
      else resolve(stdout)
    })
  })
  const errors = output.split('\n').filter((line) => line.includes('error TS'))
  return { errors, milliseconds: performance.now() - began }
}
