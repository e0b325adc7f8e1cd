import { readFile, writeFile } from 'node:fs/promises'
import { createApp } from '../src/app.ts'
import type { Deps } from '../src/deps.ts'
import { buildDocument } from './openapi/document.ts'

const TARGET = new URL('../src/public/openapi.json', import.meta.url)

/** `npm run openapi` writes the document; with `--check` it only says whether the one in the tree is up to date. */
async function main(check: boolean): Promise<void> {
  // The routes are read, not run: no dependency is ever called.
  const routes = createApp({} as Deps).routes
  const text = `${JSON.stringify(buildDocument(routes), null, 2)}\n`
  if (!check) return writeFile(TARGET, text)
  if ((await readFile(TARGET, 'utf8')) === text) return console.log('openapi.json is up to date')
  console.error('src/public/openapi.json differs from the routes. Run `npm run openapi` and commit the result.')
  process.exitCode = 1
}

await main(process.argv.includes('--check'))
