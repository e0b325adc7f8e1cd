// @module-tag slow
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type LocalParley, startLocal } from '../../../dev/local.ts'
import { listOperations, securitySchemes } from '../../../src/public/docs/operation.js'
import { samplesOf } from '../../../src/public/docs/sample.js'
import { createShell, type Shell } from './shell.ts'
import { newVisitor } from './visitor.ts'

// Each sample runs in a shell of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const spec = JSON.parse(await readFile('src/public/openapi.json', 'utf8')) as object
const operations = listOperations(spec)

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

it.each(operations.map((entry) => [entry.id, entry] as const))('the API takes every sample of %s', async (_, entry) => {
  const { url } = parley.worker
  for (const { title, command } of samplesOf(spec, url, entry, securitySchemes(spec, entry.operation))) {
    expect({ title, ...(await shell.paste(command, await newVisitor(parley))) }).toEqual({
      title,
      status: expect.stringMatching(/^2\d\d$/),
      body: expect.anything(),
      // A tool that is missing need not fail: the rest of the command runs without what it would have printed.
      complaints: '',
    })
  }
})
