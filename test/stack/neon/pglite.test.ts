// @module-tag slow
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPglite } from '../../../dev/pglite.ts'

const START_MS = 60_000
let dataDir: string
beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'parley-pglite-')), 'not', 'there', 'yet')
})
afterAll(() => rm(join(dataDir, '../../..'), { recursive: true, force: true }))

const withClient = async <T>(port: number, work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

test(
  'a data directory keeps its data, vectors included',
  async () => {
    const first = await startPglite({ dataDir })
    await withClient(first.port, async (client) => {
      await client.query('create extension vector')
      await client.query('create table kept (v vector(2))')
      await client.query(`insert into kept values ('[1,2]')`)
    })
    await first.close()

    const second = await startPglite({ dataDir })
    const { rows } = await withClient(second.port, (client) => client.query('select v, version() from kept'))
    expect(rows).toEqual([{ v: '[1,2]', version: expect.stringContaining('PostgreSQL 17') }])
    await second.close()
  },
  START_MS,
)

test(
  'a closed database answers nobody, and closing twice is fine',
  async () => {
    const pglite = await startPglite()
    await withClient(pglite.port, (client) => client.query('select 1'))
    await Promise.all([pglite.close(), pglite.close()])
    await expect(withClient(pglite.port, (client) => client.query('select 1'))).rejects.toThrow('ECONNREFUSED')
  },
  START_MS,
)

// PGlite sets it when it stops: a failed run of these very tests would pass.
test(
  "the process' exit code stays what it was",
  async () => {
    const { exitCode } = process
    try {
      process.exitCode = 7
      await (await startPglite()).close()
      expect(process.exitCode).toBe(7)
    } finally {
      process.exitCode = exitCode
    }
  },
  START_MS,
)
