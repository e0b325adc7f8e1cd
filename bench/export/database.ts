import { Client } from 'pg'
import { type LocalDatabase, openPglite, openScratch } from '../../dev/database.ts'

/** A database of the benchmark's own: on the server of `DATABASE_URL`, else embedded. */
export interface ExportDatabase {
  database: LocalDatabase
  /** Runs `work` as a superuser. Before any Worker asks: the embedded Postgres has one session, which is theirs then. */
  asSuperuser(work: (superuser: Client) => Promise<void>): Promise<void>
}

/** @param serverUrl names a superuser of a server; without it Postgres is embedded */
export async function openExportDatabase(serverUrl: string | undefined): Promise<ExportDatabase> {
  const database = serverUrl === undefined ? await openPglite() : await openScratch(serverUrl)
  const url = new URL(serverUrl ?? `postgres://postgres@${database.upstream.host}:${database.upstream.port}`)
  url.pathname = `/${database.name}`
  return {
    database,
    async asSuperuser(work) {
      const superuser = new Client({ connectionString: url.href })
      await superuser.connect()
      await work(superuser)
      await superuser.end()
    },
  }
}

/** Fills the tables for one user: so many messages of about 300 characters, in as many conversations as are given. */
export async function seedMessages(
  superuser: Client,
  { userId, messages, conversations }: { userId: string; messages: number; conversations: number },
): Promise<void> {
  // No triggers: an audit event for each row would be exported, too.
  await superuser.query('set session_replication_role = replica')
  await superuser.query(`insert into users (id, email) values ($1::uuid, $1::text || '@example.com')`, [userId])
  await superuser.query(
    `insert into conversations (user_id, id, title, message_count, last_seq)
     select $1, gen_random_uuid(), 'Conversation number ' || n, $3::int / $2::int, $3::int / $2::int
     from generate_series(1, $2::int) n`,
    [userId, conversations, messages],
  )
  await superuser.query(
    `insert into messages (user_id, id, conversation_id, seq, role, content)
     select c.user_id, gen_random_uuid(), c.id, seq, (array['assistant', 'user'])[1 + seq % 2],
       'Message ' || seq || ': ' || repeat('what one says in a chat, more or less. ', 6 + seq % 4)
     from conversations c, generate_series(1, c.last_seq) seq where c.user_id = $1`,
    [userId],
  )
  await superuser.query('set session_replication_role = origin')
  await superuser.query('vacuum analyze')
}
