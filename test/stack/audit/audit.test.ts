import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Place, places } from '../plans/places.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

/** Tables without triggers, and why. */
const EXEMPT = new Set([
  // What it queues is a message or a vector, which have their own events.
  'embedding_jobs',
  // They follow from the document.
  'document_chunks',
  // What it keeps is the answer to a write, which has its own event.
  'idempotency_keys',
  // What it counts has events.
  'usage',
  'audit_events',
  // Itself what is left of a purge.
  'purge_receipts',
])

/** Columns that follow from others, or from a statement that only reads: no event by themselves. */
const DERIVED: Record<string, readonly string[]> = {
  users: ['id', 'last_login', 'created_at', 'updated_at', 'version'],
  sessions: ['user_id', 'id', 'sign_in_id', 'created_at', 'last_seen_at', 'expires_at'],
  conversations: [
    'user_id',
    'id',
    'message_count',
    'last_seq',
    'last_activity_at',
    'last_branch',
    'active_leaf_id',
    'derived_title',
    'title_key',
    'title_words',
    'words_version',
    'forked_from_conversation',
    'forked_from_message',
    'created_at',
    'updated_at',
    'version',
  ],
  messages: [
    // Comes with the metadata.
    'has_metadata',
    'user_id',
    'id',
    'sent_id',
    'conversation_id',
    'seq',
    'parent_id',
    'branch',
    'depth',
    'created_at',
    'updated_at',
    'version',
    'search',
    'words_version',
  ],
  documents: ['user_id', 'id', 'content_hash', 'chunk_count', 'created_at', 'updated_at', 'version'],
  chat_vectors: ['user_id', 'id', 'chunk_id', 'document_id', 'client_provided', 'dimensions', 'sketch', 'created_at'],
}

describe.each(places)('The audit trail on $name', ({ embedded, open }) => {
  let place: Place
  beforeAll(async () => {
    place = await open()
  })
  afterAll(() => place.close())

  const rows = <T extends object>(query: string, params: unknown[] = []) =>
    place.asSuperuser(async (client) => (await client.query<T>(query, params)).rows)

  const columnsOf = (table: string) =>
    rows<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
      [table],
    ).then((found) => found.map(({ name }) => name))

  it('covers every table of a user’s rows: what comes, what changes, what goes', async () => {
    const tables = await rows<{ name: string }>(`
      select relname as name from pg_class c where relkind = 'r' and relnamespace = 'public'::regnamespace
        and (relname = 'users' or exists (select from pg_attribute where attrelid = c.oid and attname = 'user_id'))`)
    expect(tables.length).toBeGreaterThan(6)
    for (const { name } of tables.filter(({ name }) => !EXEMPT.has(name))) {
      const triggers = await rows<{ name: string; enabled: string; columns: string[]; args: string[] }>(
        `select tgname as name, tgenabled as enabled,
           array(select attname::text from pg_attribute where attrelid = tgrelid and attnum = any (tgattr)) as columns,
           string_to_array(rtrim(encode(tgargs, 'escape'), '\\000'), '\\000') as args
         from pg_trigger where tgrelid = $1::regclass and not tgisinternal and tgname like 'audit_%' order by tgname`,
        [name],
      )
      // The purge of a user is what a receipt is for.
      const due = ['audit_change', 'audit_create', ...(name === 'users' ? [] : ['audit_purge'])]
      expect([name, triggers.map((trigger) => trigger.name)]).toEqual([name, due])
      expect(triggers.every(({ enabled }) => enabled === 'O')).toBe(true)

      const counting = (await columnsOf(name)).filter((column) => !DERIVED[name]?.includes(column)).toSorted()
      const change = triggers.find((trigger) => trigger.name === 'audit_change')
      expect([name, change?.args.slice(1).toSorted()]).toEqual([name, counting])
      expect(change?.columns).toEqual(expect.arrayContaining(counting))
    }
  })

  it('can be read by parley_app, and neither written, changed nor emptied', async () => {
    for (const statement of [
      `insert into audit_events (user_id, id, actor, action, resource, resource_id)
       values (app.current_user_id(), gen_random_uuid(), 'user', 'create', 'message', gen_random_uuid())`,
      `update audit_events set actor = 'system'`,
      'delete from audit_events',
      'truncate audit_events',
      'alter table messages disable trigger all',
      `create trigger mine after insert on messages execute function app.audit_rows('message')`,
    ]) {
      await expect(
        place.as('parley_app', async (client) => {
          await client.query('begin')
          try {
            await client.query(`select set_config('app.user_id', gen_random_uuid()::text, true)`)
            await client.query(statement)
          } finally {
            await client.query('rollback')
          }
        }),
      ).rejects.toMatchObject({ code: '42501' })
    }
  })

  it('is written with the very rows: what is rolled back leaves no event', async () => {
    const user = crypto.randomUUID()
    await place.asSuperuser(async (client) => {
      await client.query('begin')
      await client.query(`insert into users (id, email) values ($1::uuid, $1::text)`, [user])
      const { rows: inside } = await client.query('select actor, action from audit_events where user_id = $1', [user])
      expect(inside).toEqual([{ actor: 'operator', action: 'create' }])
      await client.query('rollback')
    })
    expect(await rows('select from audit_events where user_id = $1', [user])).toEqual([])
  })

  it('holds no column that could take content', async () => {
    const which = ['user_id', 'id', 'actor', 'action', 'resource', 'resource_id', 'conversation_id', 'changed']
    expect(await columnsOf('audit_events')).toEqual([...which, 'request_id', 'sign_in_id', 'address', 'created_at'])
  })

  // PGlite's clock stands still for a millisecond at a time.
  it.skipIf(embedded)('orders the events of one transaction as they happened, by ids that are UUIDv7', async () => {
    const user = crypto.randomUUID()
    await place.asSuperuser(async (client) => {
      await client.query('begin')
      await client.query(`insert into users (id, email) values ($1::uuid, $1::text)`, [user])
      for (const title of ['a', 'b', 'c']) {
        await client.query(`insert into conversations (user_id, id, title) values ($1, gen_random_uuid(), $2)`, [
          user,
          title,
        ])
        await client.query(`update conversations set title = title || '2' where user_id = $1 and title = $2`, [
          user,
          title,
        ])
      }
      await client.query('commit')
    })
    const events = await rows<{ id: string; what: string }>(
      `select id, resource || ' ' || action as what from audit_events where user_id = $1 order by id`,
      [user],
    )
    const each = ['conversation create', 'conversation update']
    expect(events.map(({ what }) => what)).toEqual(['user create', ...each, ...each, ...each])
    for (const { id } of events) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
    const time = Number.parseInt(events[0]?.id.replace('-', '').slice(0, 12) ?? '', 16)
    expect(Math.abs(Date.now() - time)).toBeLessThan(120_000)
  })
})
