import { execFile } from 'node:child_process'
import { glob, mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { createApp } from '../src/app.ts'
import type { Deps } from '../src/deps.ts'
import { buildGuides } from './guides/site.ts'
import { buildDocument } from './openapi/document.ts'
import { type Document, typesOf } from './openapi/types.ts'

const DOCUMENT = 'src/public/openapi.json'
/** A client made from the document, which the tests use as a stranger would. */
const CLIENT = 'test/api/generated/client.ts'
/** Its shapes and routes as types, for the package `@parley/client`. */
const TYPES = 'src/client/api.ts'
/** Pages made of docs/guides/, which the reference leads to. */
const GUIDES = 'src/public/docs/guides'

/** `npm run openapi` writes the document, its types, a client and the guides' pages; with `--check` it only says whether they are up to date. */
async function main(check: boolean): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-openapi-'))
  try {
    await generate(directory)
    const guides = await filesOf(join(directory, GUIDES))
    const dropped = (await filesOf(GUIDES)).filter((file) => !guides.includes(file)).map((file) => join(GUIDES, file))
    if (check && dropped[0] !== undefined) return outdated(dropped[0])
    for (const file of dropped) await rm(file)
    for (const file of [DOCUMENT, TYPES, CLIENT, ...guides.map((file) => join(GUIDES, file))]) {
      const text = await readFile(join(directory, file), 'utf8')
      if (!check) await write(file, text)
      else if ((await readFile(file, 'utf8').catch(() => '')) !== text) return outdated(file)
    }
    console.log(`${DOCUMENT}, ${TYPES}, ${CLIENT} and ${GUIDES} are up to date`)
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function generate(directory: string): Promise<void> {
  // The routes are read, not run: no dependency is ever called.
  const { routes } = createApp({} as Deps)
  const document = toJson(buildDocument(routes))
  await write(join(directory, DOCUMENT), document)
  for (const [file, text] of await buildGuides(JSON.parse(document) as object))
    await write(join(directory, GUIDES, file), text)
  await write(join(directory, TYPES), typesOf(JSON.parse(document) as Document))
  await mkdir(dirname(join(directory, CLIENT)), { recursive: true })
  const generator = ['test/clients/node_modules/oazapfts/dist/cli.js', '--argumentStyle=object']
  const client = join(directory, CLIENT)
  await promisify(execFile)(process.execPath, [...generator, join(directory, DOCUMENT), client])
  // Its inside is not written for exactOptionalPropertyTypes; what it exports is checked where it is used.
  await writeFile(client, `// @ts-nocheck\n${await readFile(client, 'utf8')}`)
}

const filesOf = (directory: string): Promise<string[]> => Array.fromAsync(glob('*.*', { cwd: directory }))

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
  console.error(`${file} differs from the routes or the guides. Run \`npm run openapi\` and commit the result.`)
  process.exitCode = 1
}

await main(process.argv.includes('--check'))
