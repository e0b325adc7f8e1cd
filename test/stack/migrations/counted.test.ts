import type { Client } from 'pg'
import { expect, it, vi } from 'vitest'
import { applyMigrations } from '../../../dev/migrate.ts'
import { readMigrations } from '../../../dev/migrations.ts'
import { openDatabase } from './open.ts'

vi.setConfig({ testTimeout: 60_000 })

/** Those of release 0.2.0. */
const RELEASED = 4
const [ada, eve] = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000e']
const embedding = `[1${',0'.repeat(1535)}]`

const STORED = `
  insert into users (id) values ('${ada}'), ('${eve}');
  insert into conversations (user_id, id, title, metadata) values ('${ada}', 'c', 'Äpfel', '{"a": 1}'), ('${eve}', 'c', null, '{}');
  insert into messages (user_id, conversation_id, id, seq, depth, role, content, parts, deleted_at)
  values ('${ada}', 'c', 'one', 1, 1, 'user', 'seven!!', null, null), ('${ada}', 'c', 'two', 2, 2, 'user', '', '[]', now());
  insert into documents (user_id, id, title, content, content_hash, format, language)
  values ('${ada}', gen_random_uuid(), 'T', 'Content', 'hash', 'text', 'simple');
  insert into chat_vectors (user_id, id, conversation_id, message_id, model, client_provided, embedding, client_embedding, content)
  values ('${ada}', gen_random_uuid(), null, null, 'm', true, null, '${embedding}', 'noted'),
    ('${ada}', gen_random_uuid(), 'c', 'one', 'm', false, '${embedding}', null, null)`
const COUNTS = `
  select user_id, sum(conversations)::int as conversations, sum(messages)::int as messages, sum(documents)::int as documents,
    sum(stored_bytes)::int as bytes
  from usage group by user_id order by user_id`

it('What users have already is counted as what comes later is', async () => {
  const migrations = await readMigrations()
  const database = await openDatabase((owner) => applyMigrations(owner, migrations.slice(0, RELEASED)))
  try {
    const store = (owner: Client) => asTheirOwner(owner, () => owner.query(STORED))
    await database.asOwner(store)
    await database.asOwner((owner) => applyMigrations(owner))
    const counted = await database.asOwner((owner) => asTheirOwner(owner, () => owner.query(COUNTS)))
    const texts = ['Äpfel', '{"a": 1}', 'seven!!', '{}', '[]', '{}', 'T', 'Content', '{}', 'noted', '{}']
    expect(counted.rows).toEqual([
      {
        user_id: ada,
        conversations: 1,
        messages: 2,
        documents: 1,
        bytes: Buffer.byteLength(texts.join('')) + 1536 * 4 + 8,
      },
      { user_id: eve, conversations: 1, messages: 0, documents: 0, bytes: 2 },
    ])
    // The same rows once more, counted by the triggers.
    await database.asOwner((owner) => asTheirOwner(owner, () => owner.query('delete from users')))
    await database.asOwner(store)
    const later = await database.asOwner((owner) => asTheirOwner(owner, () => owner.query(COUNTS)))
    expect(later.rows).toEqual(counted.rows)
  } finally {
    await database.close()
  }
})

/** Row-level security is forced on the owner, too, who sees and writes nothing. */
async function asTheirOwner<T>(owner: Client, work: () => Promise<T>): Promise<T> {
  const { rows } = await owner.query<{ name: string }>(`select relname as name from pg_class where relforcerowsecurity`)
  for (const { name } of rows) await owner.query(`alter table ${name} no force row level security`)
  try {
    return await work()
  } finally {
    for (const { name } of rows) await owner.query(`alter table ${name} force row level security`)
  }
}
