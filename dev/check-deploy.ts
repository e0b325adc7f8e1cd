import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** The arguments that people deploy with. */
const COMMANDS = [[], ['--env='], ['--env=staging']]
const VARIABLES = ['COGNITO_ISSUER', 'COGNITO_CLIENT_IDS', 'EMBEDDING_PROVIDER', 'EMBEDDING_MODEL']
const BINDINGS = [...VARIABLES, 'ASSETS', 'USER_LIMIT', 'SEARCH_LIMIT', 'SESSION_LIMIT', 'ADDRESS_LIMIT']
/** Wrangler asks for `--env` wherever there are named environments. */
const EXPECTED_WARNING = /no target environment was specified/

/** `npm run deploy:check`: dry runs of `wrangler deploy`. Each ships all bindings and prints no warning. */
function main(): void {
  const outdir = mkdtempSync(join(tmpdir(), 'parley-deploy-'))
  try {
    for (const args of COMMANDS) {
      const command = ['wrangler deploy', ...args].join(' ')
      for (const fault of faultsOf(dryRun(args, outdir))) {
        console.error(`${command}: ${fault}`)
        process.exitCode = 1
      }
      console.log(`${command}: a dry run of ${BINDINGS.length} bindings`)
    }
  } finally {
    rmSync(outdir, { recursive: true })
  }
}

function dryRun(args: readonly string[], outdir: string): string {
  const wrangler = ['node_modules/wrangler/bin/wrangler.js', 'deploy', '--dry-run', '--outdir', outdir, ...args]
  const env = { ...process.env, NO_COLOR: '1', WRANGLER_SEND_METRICS: 'false' }
  const { stdout, stderr } = spawnSync(process.execPath, wrangler, { encoding: 'utf8', env })
  return stripVTControlCharacters(stdout + stderr)
}

function faultsOf(output: string): string[] {
  const missing = BINDINGS.filter((name) => !output.includes(`env.${name} `))
  const warnings = output.split(/(?=▲ \[WARNING\])/).slice(1)
  return [
    ...missing.map((name) => `ships no ${name}`),
    ...warnings.filter((warning) => !EXPECTED_WARNING.test(warning)).map((warning) => warning.trim()),
    ...(output.includes('--dry-run: exiting now') ? [] : [`failed:\n${output}`]),
  ]
}

main()
