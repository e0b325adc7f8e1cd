import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CLIENTS = fileURLToPath(new URL('../test/clients', import.meta.url))
const LOCK = join(CLIENTS, 'package-lock.json')
/** The lock file that was installed last. */
const INSTALLED = join(CLIENTS, 'node_modules', '.installed.json')

/** Installs what `test/clients/package.json` names (foreign SDKs, tools, a browser's driver), unless it is there. */
function main(): void {
  const wanted = readFileSync(LOCK, 'utf8')
  if (readOr(INSTALLED) === wanted) return
  console.log('Installing test/clients, which checks, slow tests and benchmarks need …')
  const command = ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  const { status } = spawnSync('npm', command, { cwd: CLIENTS, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status === 0) return writeFileSync(INSTALLED, wanted)
  console.error('test/clients could not be installed: `npm ci --prefix test/clients` says why.')
  process.exitCode = 1
}

function readOr(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

main()
