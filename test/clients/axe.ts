import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** The script that a page runs to have `axe`. */
export const axeScript = (): Promise<string> =>
  readFile(fileURLToPath(new URL('node_modules/axe-core/axe.min.js', import.meta.url)), 'utf8')
