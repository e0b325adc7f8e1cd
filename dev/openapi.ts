import { execFile } from 'node:child_process'
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { createApp } from '../src/app.ts'
import type { Deps } from '../src/deps.ts'
import { buildDocument } from './openapi/document.ts'
import { type Document, typesOf } from './openapi/types.ts'

const DOCUMENT = 'src/public/openapi.json'
/** A client made from the document, which the tests use as a stranger would. */
const CLIENT = 'test/api/generated/client.ts'
/** Its shapes and routes as types, for the package `@parley/client`. */
const TYPES = 'src/client/api.ts'

/** `npm run openapi` writes the document, its types and a client; with `--check` it only says whether they are up to date. */
async function main(check: boolean): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-openapi-'))
  try {
    await generate(directory)
    for (const file of [DOCUMENT, TYPES, CLIENT]) {
      const text = await readFile(join(directory, file), 'utf8')
      if (!check) await write(file, text)
      else if ((await readFile(file, 'utf8').catch(() => '')) !== text) return outdated(file)
    }
    console.log(`${DOCUMENT}, ${TYPES} and ${CLIENT} are up to date`)
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function generate(directory: string): Promise<void> {
  // The routes are read, not run: no dependency is ever called.
  const { routes } = createApp({} as Deps)
  const document = toJson(buildDocument(routes))
  await write(join(directory, DOCUMENT), document)
  await write(join(directory, TYPES), typesOf(JSON.parse(document) as Document))
  await mkdir(dirname(join(directory, CLIENT)), { recursive: true })
  const generator = ['test/clients/node_modules/oazapfts/dist/cli.js', '--argumentStyle=object']
  const client = join(directory, CLIENT)
  await promisify(execFile)(process.execPath, [...generator, join(directory, DOCUMENT), client])
  // Its inside is not written for exactOptionalPropertyTypes; what it exports is checked where it is used.
  await writeFile(client, `// @ts-nocheck\n${await readFile(client, 'utf8')}`)
}

/** Indented, but for lists of numbers: an embedding has 1536. */
function toJson(document: object): string {
  const indented = JSON.stringify(document, null, 2)
  return `${indented.replaceAll(/\[[\d.,\s-]+\]/g, (numbers) => numbers.replaceAll(/\s+/g, ' '))}\n`
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

function outdated(file: string): void {
  console.error(`${file} differs from the routes. Run \`npm run openapi\` and commit the result.`)
  process.exitCode = 1
}

await main(process.argv.includes('--check'))
