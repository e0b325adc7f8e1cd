import { execFile } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A POSIX shell as a plain machine has it, with curl and nothing else to call. */
export interface Shell {
  /** Runs a command with these variables. @returns the status and the body of the answer, and what the shell and curl complain of */
  paste(command: string, variables: Record<string, string>): Promise<Pasted>
}

export interface Pasted {
  status: string
  body: string
  complaints: string
}

/** @param bin a directory to make: all that the shell finds */
export async function createShell(bin: string): Promise<Shell> {
  await mkdir(bin, { recursive: true })
  await symlink(await which('sh'), join(bin, 'sh'))
  // The status goes behind the body, on a line of its own.
  const curl = `#!/bin/sh\nexec ${await which('curl')} -sS -w '\\n%{http_code}' "$@"\n`
  await writeFile(join(bin, 'curl'), curl, { mode: 0o755 })
  return {
    async paste(command, variables) {
      const { stdout, stderr } = await run('/bin/sh', ['-euc', command], { PATH: bin, ...variables })
      const lines = stdout.split('\n')
      return { status: lines.at(-1) ?? '', body: lines.slice(0, -1).join('\n').slice(0, 1000), complaints: stderr }
    },
  }
}

const which = async (name: string): Promise<string> =>
  (await run('/bin/sh', ['-c', `command -v ${name}`], process.env)).stdout.trim()

const run = (file: string, args: string[], env: NodeJS.ProcessEnv) =>
  new Promise<{ stdout: string; stderr: string }>((resolve) => {
    execFile(file, args, { env, maxBuffer: 50 * 2 ** 20 }, (_, stdout, stderr) => resolve({ stdout, stderr }))
  })
