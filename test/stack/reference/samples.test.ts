// @module-tag slow
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type LocalParley, startLocal } from '../../../dev/local.ts'
import { listOperations, securitySchemes } from '../../../src/public/docs/operation.js'
import { samplesOf } from '../../../src/public/docs/sample.js'
import { runScript, variableTypes } from './script.ts'
import { createShell, type Shell } from './shell.ts'
import { newVisitor } from './visitor.ts'
import { compile, ROOT } from '../client/compile.ts'

// Each sample runs in a shell of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const spec = JSON.parse(await readFile('src/public/openapi.json', 'utf8')) as object
const operations = listOperations(spec)

// Their stack is the embedded one: a server shows nothing more.
describe.skipIf(process.env.DATABASE_URL)('Samples of the reference', () => {
  let directory: string
  let parley: LocalParley
  let shell: Shell
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parley-samples-'))
    shell = await createShell(join(directory, 'bin'))
    parley = await startLocal({ dataDir: directory, ports: { worker: 0, neon: 0, cognito: 0 } })
  })
  afterAll(async () => {
    await parley.close()
    await rm(directory, { recursive: true })
  })

  it('The reference has all operations', () => expect(operations.length).toBeGreaterThan(40))

  it.each(operations.map((entry) => [entry.id, entry] as const))(
    'the API takes every curl sample of %s',
    async (_, entry) => {
      const { url } = parley.worker
      for (const { title, curl } of samplesOf(spec, url, entry, securitySchemes(spec, entry.operation))) {
        expect({ title, ...(await shell.paste(curl, await newVisitor(parley))) }).toEqual({
          title,
          status: expect.stringMatching(/^2\d\d$/),
          body: expect.anything(),
          // A tool that is missing need not fail: the rest of the command runs without what it would have printed.
          complaints: '',
        })
      }
    },
  )

  const samplesIn = (language: 'fetch' | 'client', url: string) =>
    operations.flatMap((entry) =>
      samplesOf(spec, url, entry, securitySchemes(spec, entry.operation)).map((sample) => ({
        name: `${entry.id}, ${sample.title}`,
        id: entry.id,
        sample: sample[language] ?? '',
      })),
    )

  // Where a server listens does not change how many there are.
  const PLACEHOLDER = 'http://parley.invalid'

  it.each(
    (['fetch', 'client'] as const).flatMap((language) =>
      samplesIn(language, PLACEHOLDER).map((each) => ({ language, ...each })),
    ),
  )('the API takes the $language sample of $name', async ({ id, sample }) => {
    const { url } = parley.worker
    expect(sample).not.toBe('')
    const shown = await runScript(sample.replaceAll(PLACEHOLDER, url), await newVisitor(parley), { url, id })
    expect(shown).toEqual(shown.filter((value) => typeof value !== 'number' || (value >= 200 && value < 300)))
  })

  it('every operation has a sample for @parley/client, which a strict project compiles', async () => {
    const samples = samplesIn('client', PLACEHOLDER)
    expect(samples.filter(({ sample }) => sample === '')).toEqual([])
    const files = await Promise.all(
      samples.map(async ({ sample }, i) => {
        const file = join(directory, `sample-${i}.ts`)
        await writeFile(file, `${sample}\n`)
        return file
      }),
    )
    const variables = join(directory, 'variables.d.ts')
    await writeFile(variables, variableTypes)
    const paths = {
      '@parley/client': [join(ROOT, 'src/client/index.ts')],
      'hono/client': [join(ROOT, 'node_modules/hono/dist/types/client/index.d.ts')],
    }
    const options = {
      paths,
      lib: ['es2023', 'dom', 'dom.asynciterable'],
      skipLibCheck: true,
      module: 'esnext',
      moduleResolution: 'bundler',
      allowImportingTsExtensions: true,
      moduleDetection: 'force',
    }
    const { errors } = await compile(directory, [variables, ...files], options)
    expect(
      errors.map((error) => error.replace(/.*sample-(\d+)\.ts/, (_, i: string) => samples[Number(i)]?.name ?? '')),
    ).toEqual([])
  })
})
