import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { packClient } from '../dev/client/pack.ts'
import { BIN, inTemporaryDirectory, ROOT } from './files.ts'
import type { RunSize } from './part.ts'
import { kibibytes } from './size.ts'
import { median } from './stats.ts'

const run = promisify(execFile)
const ROUNDS = { full: 5, smoke: 1 }

/** What people may type-check with: this repository's compiler, and the newest one that is written in JavaScript. */
const COMPILERS = [join(ROOT, 'node_modules/typescript'), join(ROOT, 'test/clients/node_modules/typescript')]

const EMPTY = 'export const app = 1\n'
const WITH_CLIENT = `
import { bearer, createParley } from '@parley/client'
const parley = createParley({ baseUrl: 'https://parley.test', auth: bearer(() => 'token') })
export async function app() {
  for await (const { title } of parley.conversations.list()) console.log(title)
  const me = await (await parley.api.v1.me.$get()).json()
  return [me.email, await parley.search({ query: 'apples' }), await parley.loadChat('chat-1')]
}
`
/** Without the package: hono's client, typed by the app's own type. */
const WITH_SOURCES = `
import { hc } from 'hono/client'
import type { App } from ${JSON.stringify(join(ROOT, 'src/app.ts'))}
const parley = hc<App>('https://parley.test')
export const app = async () => (await parley.v1.me.$get()).json()
`

/** What `@parley/client` weighs, and how long a strict project takes to type-check with it: beside an empty one, and one with the sources. */
export function measureClient(size: RunSize): Promise<void> {
  return inTemporaryDirectory(async (directory) => {
    const { tarball, packed, script } = await packClient(directory)
    const minified = await minify(directory, script)
    console.log(`Tarball: ${kibibytes(packed)}. Script: ${kibibytes(script.length)}, minified and gzip ${minified}`)
    await writeFile(join(directory, 'package.json'), '{ "private": true, "type": "module" }')
    await mkdir(join(directory, 'node_modules'))
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], { cwd: directory })
    for (const compiler of COMPILERS) {
      const rounds = ROUNDS[size]
      console.log(`TypeScript ${await versionOf(compiler)}, strict, median of ${rounds}:`)
      const report = async (name: string, work: Work) => {
        const { errors, seconds } = await check(directory, compiler, { rounds, ...work })
        console.log(`  ${name.padEnd(56)} ${seconds.toFixed(2)} s, ${errors} errors`)
      }
      for (const skipLibCheck of [true, false]) {
        const options = { skipLibCheck }
        const suffix = skipLibCheck ? '' : ', declarations of packages as well'
        await report(`an empty project${suffix}`, { code: EMPTY, options })
        await report(`with @parley/client${suffix}`, { code: WITH_CLIENT, options })
      }
      if (size === 'full')
        await report('with hc<App> of the sources', { code: WITH_SOURCES, options: SOURCES, rounds: 1 })
    }
  })
}

async function versionOf(compiler: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(compiler, 'package.json'), 'utf8')) as { version: string }
  return version
}

/** As near to an ordinary project as the sources let one be. */
const SOURCES = {
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  paths: { 'hono/client': [join(ROOT, 'node_modules/hono/dist/types/client/index.d.ts')] },
}

interface Work {
  code: string
  options: object
  rounds?: number
}

async function check(directory: string, compiler: string, { code, options, rounds = 1 }: Work) {
  const strict = {
    strict: true,
    noEmit: true,
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    types: [],
  }
  await writeFile(join(directory, 'app.ts'), code)
  await writeFile(
    join(directory, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...strict, ...options }, files: ['app.ts'] }),
  )
  const times: number[] = []
  let errors = 0
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    const output = await outputOf(join(compiler, 'bin/tsc'), directory)
    times.push((performance.now() - began) / 1000)
    errors = output.split('\n').filter((line) => line.includes('error TS')).length
  }
  return { errors, seconds: median(times) }
}

const outputOf = (tsc: string, cwd: string): Promise<string> =>
  new Promise((resolve) => {
    execFile(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], { cwd, maxBuffer: 2 ** 26 }, (_, stdout) =>
      resolve(stdout),
    )
  })

async function minify(directory: string, script: string): Promise<string> {
  const file = join(directory, 'script.js')
  await writeFile(file, script)
  const { stdout } = await run(join(BIN, 'esbuild'), ['--minify', file], { maxBuffer: 2 ** 24 })
  return kibibytes(gzipSync(stdout).length)
}
