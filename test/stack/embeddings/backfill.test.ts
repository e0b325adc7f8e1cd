// @module-tag slow
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startNeonEndpoint } from '../../../dev/neon/server.ts'
import { connectionString } from '../../../dev/stack.ts'
import { LEXICAL_MODEL } from '../../../src/embeddings/lexical.ts'
import { type Place, places } from '../plans/places.ts'
import { embeddings, refusal, startProvider } from './fake-provider.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const OLD_MODEL = 'another-model'

describe.each(places)('npm run embeddings on $name', ({ open }) => {
  let place: Place
  let endpoint: Awaited<ReturnType<typeof startNeonEndpoint>>
  let user: string
  beforeAll(async () => {
    place = await open()
    endpoint = await startNeonEndpoint({ upstream: place.upstream })
  })
  afterAll(async () => {
    await endpoint.close()
    await place.close()
  })
  beforeEach(async () => {
    user = randomUUID()
    await rows('delete from users')
    await rows(`insert into users (id, email) values ($1::uuid, $1::text)`, [user])
  })

  const environment = (variables: Record<string, string>) => ({
    ...process.env,
    DATABASE_URL_SYSTEM: connectionString('parley_system', place, endpoint.port),
    ...variables,
  })
  /** @returns what it printed, on both streams, and how it ended */
  const command = (name: string, variables: Record<string, string> = {}) =>
    new Promise<{ code: number; output: string }>((resolve) => {
      const env = environment(variables)
      execFile(process.execPath, ['dev/embeddings.ts', name], { env }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
      )
    })
  const rows = <T extends object>(query: string, params: unknown[] = []) =>
    place.asSuperuser(async (client) => (await client.query<T>(query, params)).rows)

  async function conversation(deleted = false): Promise<string> {
    const id = randomUUID()
    await rows(`insert into conversations (user_id, id, deleted_at) values ($1, $2, ${deleted ? 'now()' : 'null'})`, [
      user,
      id,
    ])
    return id
  }
  let seq = 0
  async function message(conversationId: string, content: string, { status = 'complete', deleted = false } = {}) {
    const id = randomUUID()
    seq += 1
    await rows(
      `insert into messages (user_id, id, conversation_id, seq, depth, role, content, status, deleted_at)
       values ($1, $2, $3, $4, $4, 'user', $5, $6, ${deleted ? 'now()' : 'null'})`,
      [user, id, conversationId, seq, content, status],
    )
    return id
  }
  async function chunk(content: string, { deleted = false } = {}) {
    const id = randomUUID()
    await rows(
      `with document as (
         insert into documents (user_id, id, title, content, content_hash, format, language, deleted_at)
         values ($1, gen_random_uuid(), 'A document', '', '', 'text', 'simple', ${deleted ? 'now()' : 'null'}) returning id)
       insert into document_chunks (user_id, id, document_id, position, content, hash, start_offset, end_offset, language)
       select $1, $2, id, 0, $3, '', 0, 0, 'simple' from document`,
      [user, id, content],
    )
    return id
  }
  const vector = (column: 'message_id' | 'chunk_id', id: string, model: string, own = false) =>
    rows(
      `insert into chat_vectors (user_id, id, ${column}, model, client_provided, embedding, client_embedding, conversation_id)
       select $1, gen_random_uuid(), $2::${column === 'chunk_id' ? 'uuid' : 'text'}, $3, $4::boolean, case when not $4 then ones::halfvec end, case when $4 then ones end,
         (select conversation_id from messages m where m.user_id = $1 and m.id = $2::text)
       from (select array_fill(1, array[1536])::vector as ones) v`,
      [user, id, model, own],
    )
  /** The models of the texts' vectors, null where there is none, and whether each has its sketch. */
  const modelsOf = async (ids: string[]) => {
    const found = await rows<{ id: string; model: string; sketched: boolean }>(
      `select coalesce(message_id, chunk_id::text) as id, model, sketch is not null as sketched from chat_vectors`,
    )
    expect(found.filter(({ sketched }) => !sketched)).toEqual([])
    return ids.map((id) => found.find((each) => each.id === id)?.model ?? null)
  }

  it('backfill gives every text a vector of today’s model, and leaves what clients brought', async () => {
    const here = await conversation()
    const missing = await message(here, 'No vector as yet')
    const stale = await message(here, 'One of another model')
    const own = await message(here, 'One of its owner')
    const piece = await chunk('A piece of a document')
    const stalePiece = await chunk('Another piece')
    await vector('message_id', stale, OLD_MODEL)
    await vector('message_id', own, OLD_MODEL, true)
    await vector('chunk_id', stalePiece, OLD_MODEL)
    const none = [
      await message(here, ' \n'),
      await message(here, 'Deleted', { deleted: true }),
      await message(here, 'Half of a', { status: 'in_progress' }),
      await message(await conversation(true), 'In a deleted conversation'),
      await chunk('Of a deleted document', { deleted: true }),
    ]

    const first = await command('backfill')
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining(`4 texts queued for ${LEXICAL_MODEL}`) })
    expect(first.output).toContain('4/4 texts')
    expect(first.output).toContain('3 vectors got their sketch')
    const all = [LEXICAL_MODEL, LEXICAL_MODEL, OLD_MODEL, LEXICAL_MODEL, LEXICAL_MODEL]
    expect(await modelsOf([missing, stale, own, piece, stalePiece])).toEqual(all)
    expect(await modelsOf(none)).toEqual(none.map(() => null))
    expect(await rows('select from embedding_jobs')).toEqual([])

    expect(await command('backfill')).toMatchObject({ code: 0, output: expect.stringContaining('0 texts queued') })
    expect((await command('status')).output).toMatch(
      new RegExp(String.raw`1 +${OLD_MODEL}, brought by clients\n +4 +${LEXICAL_MODEL}\n +0 +pending\n +0 +given up`),
    )
  })

  it('backfill ends at Ctrl-C, and goes on when it is run again', async () => {
    const here = await conversation()
    await rows(
      `insert into messages (user_id, id, conversation_id, seq, depth, role, content)
       select $1, gen_random_uuid(), $2, n, n, 'user', 't' || n % 1536 from generate_series(1, 4000) n`,
      [user, here],
    )
    // PGlite has no autovacuum: without statistics, each vector's foreign key goes through the whole conversation.
    await rows('analyze messages')
    const slow = await startProvider((request, response) => void setTimeout(() => embeddings(request, response), 500))
    const env = {
      EMBEDDING_PROVIDER: 'openai',
      EMBEDDING_API_KEY: 'k',
      EMBEDDING_MODEL: 'slow',
      EMBEDDING_BASE_URL: slow.baseUrl,
    }
    const child = spawn(process.execPath, ['dev/embeddings.ts', 'backfill'], { env: environment(env) })
    let output = ''
    child.stdout.on('data', (data: Buffer) => void (output += data.toString()))
    await vi.waitFor(() => expect(slow.received.length).toBeGreaterThan(0), { timeout: 20_000 })
    child.kill('SIGINT')
    const [code] = (await once(child, 'exit')) as [number]
    expect({ code, output }).toEqual({ code: 130, output: expect.stringContaining('Run it again to go on') })
    const [before] = await rows<{ count: number }>('select count(*)::int as count from chat_vectors')
    expect(before?.count).toBeGreaterThan(0)
    expect(before?.count).toBeLessThan(4000)

    const again = await command('backfill', env)
    expect(again).toMatchObject({ code: 0, output: expect.stringContaining('0 texts queued') })
    const [after] = await rows<object>(`select count(*)::int as vectors, count(distinct message_id)::int as texts,
      count(sketch)::int as sketches from chat_vectors where model = 'slow'`)
    expect(after).toEqual({ vectors: 4000, texts: 4000, sketches: 4000 })
    // Nothing was embedded twice.
    expect(slow.received.flatMap(({ body }) => body.input)).toHaveLength(4000)
    await slow.close()
  })

  it('backfill says when the provider refuses everything, and loses nothing', async () => {
    await message(await conversation(), 'A text')
    const refusing = await startProvider(refusal(401, 'invalid_api_key'))
    const env = { EMBEDDING_PROVIDER: 'openai', EMBEDDING_API_KEY: 'sk-secret', EMBEDDING_BASE_URL: refusing.baseUrl }
    const { code, output } = await command('backfill', env)
    await refusing.close()
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('status 401 invalid_api_key') })
    expect(output).not.toContain('sk-secret')
    expect(await rows('select from embedding_jobs where failed_at is null')).toHaveLength(1)
  })

  it('failed lists what was given up, retry puts it back', async () => {
    const here = await conversation()
    const id = await message(here, 'A text')
    await rows(
      `insert into embedding_jobs (user_id, conversation_id, message_id, attempts, last_error, failed_at)
       values ($1, $3, $2, 12, 'why', now())`,
      [user, id, here],
    )
    expect((await command('failed')).output).toMatch(
      new RegExp(`message ${id} of ${user}, 12 attempts: why\n +1 given up`),
    )
    expect((await command('retry')).output).toContain('1 texts are tried again')
    expect(await rows('select attempts, failed_at from embedding_jobs')).toEqual([{ attempts: 0, failed_at: null }])
    expect((await command('failed')).output).toContain('0 given up')
  })

  it('says what it can do, and what it lacks', async () => {
    expect(await command('nothing')).toMatchObject({ code: 1, output: expect.stringContaining('backfill') })
    const env = { DATABASE_URL_SYSTEM: '', PARLEY_DATA: '/nowhere' }
    expect(await command('status', env)).toMatchObject({ code: 1, output: expect.stringContaining('npm run dev') })
    const unset = { EMBEDDING_PROVIDER: 'openai', EMBEDDING_API_KEY: '' }
    expect(await command('status', unset)).toMatchObject({
      code: 1,
      output: expect.stringContaining('EMBEDDING_API_KEY'),
    })
  })
})
