import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'

/** Where a developer keeps settings; it need not exist. */
export const DEV_VARS = '.dev.vars'

/** @returns the variables in a file of dotenv's syntax; none where `.dev.vars` does not exist */
export async function readEnvFile(path: string): Promise<Record<string, string>> {
  try {
    const text = await readFile(path, 'utf8')
    return parseEnv(text.replace(/^\uFEFF/, '')) as Record<string, string>
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'not text'
    if (code === 'ENOENT' && path === DEV_VARS) return {}
    throw new Error(`The settings in ${path} cannot be read: ${code}`, { cause: error })
  }
}

/**
 * Writes variables as `wrangler dev --env-file` reads them: by dotenv 16, then dotenv-expand.
 * Throws, with the name only, for a value that this syntax cannot carry.
 */
export const formatEnvFile = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${quote(name, value)}\n`)
    .join('')

function quote(name: string, value: string): string {
  // Otherwise $NAME would be replaced by another variable's value.
  const text = value.replaceAll('$', String.raw`\$`)
  // No quotes can be escaped. A backslash at the end would escape the closing one.
  for (const mark of ["'", '`']) {
    if (!/[\r]|\\$/.test(text) && !text.includes(mark)) return mark + text + mark
  }
  // Between these, \n and \r stand for line breaks, and a carriage return is carried in no other way.
  if (!/["]|\\[nr]|\\$/.test(text)) return `"${text.replaceAll('\r', String.raw`\r`)}"`
  if (/^[^\s'"`#][^\r\n#]*$/.test(text) && !/\s$/.test(text)) return text
  throw new Error(`${name} mixes quotes, backslashes and line breaks in a way that wrangler's env files cannot carry.`)
}
