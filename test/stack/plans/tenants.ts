import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'

/** How much there is: one heavy user among many small ones. */
export interface Size {
  smallUsers: number
  heavyConversations: number
  /** In the longest of them. */
  heavyMessages: number
}

/** A user, and what the tests look up of theirs. */
export interface Tenant {
  userId: string
  /** How many conversations their list has. */
  listed: number
  /** The longest one, or any. */
  conversationId: string
  /** From the middle of that one. */
  message: { id: string; seq: number }
  /** Where the second half of the list begins. */
  middle: { lastActivityAt: string; id: string }
}

export interface Tenants {
  heavy: Tenant
  small: Tenant
  /** Has one conversation, whose length the planner guesses to be less than a page of a hundred. */
  misjudged: Tenant & { length: number }
}

const SMALL_CONVERSATIONS = 25
const MESSAGES = 4

/** Fills the tables as `size` says. One conversation in twenty and one message in fifty are deleted ones. */
export async function seedTenants(superuser: Client, size: Size): Promise<Tenants> {
  const [heavy, small, misjudged] = [randomUUID(), randomUUID(), randomUUID()]
  await superuser.query(
    `insert into users (id, email) select id, id || '@example.com'
     from (select unnest($1::uuid[]) union all select gen_random_uuid() from generate_series(2, $2::int)) someone (id)`,
    [[heavy, small], size.smallUsers],
  )
  // Three at a time share their moment, so that lists have ties to break.
  await superuser.query(
    `insert into conversations (user_id, id, title, last_activity_at, deleted_at)
     select u.id, gen_random_uuid(), 'Conversation ' || n, now() - (n / 3) * interval '1 minute',
       case when n % 20 = 7 then now() end
     from users u, generate_series(1, case when u.id = $1 then $2::int else $3::int end) n`,
    [heavy, size.heavyConversations, SMALL_CONVERSATIONS],
  )
  // In no order, as many users write over the years.
  await superuser.query(
    `insert into messages (user_id, id, conversation_id, seq, depth, role, content, deleted_at)
     select c.user_id, gen_random_uuid(), c.id, seq, seq, 'user', repeat('What one says in a chat. ', 4),
       case when seq % 50 = 49 then now() end
     from conversations c,
       generate_series(1, case
         when c.user_id <> $1 then $3::int
         when c.title = 'Conversation 30' then $2::int
         else 1
       end) seq
     order by random()`,
    [heavy, size.heavyMessages, MESSAGES],
  )
  const length = await seedMisjudged(superuser, misjudged)
  await superuser.query(
    `update messages m set parent_id = before.id from messages before
     where before.user_id = m.user_id and before.conversation_id = m.conversation_id and before.depth = m.depth - 1`,
  )
  await superuser.query(
    `update conversations c set last_seq = counted.last, last_branch = 1, active_leaf_id =
       (select id from messages m where m.user_id = c.user_id and m.conversation_id = c.id order by seq desc limit 1)
     from (select user_id, conversation_id, max(seq) as last from messages group by user_id, conversation_id) counted
     where c.user_id = counted.user_id and c.id = counted.conversation_id`,
  )
  await superuser.query('vacuum analyze')
  return {
    heavy: await lookUp(superuser, heavy),
    small: await lookUp(superuser, small),
    misjudged: { ...(await lookUp(superuser, misjudged)), length },
  }
}

/**
 * Without statistics over both columns, the planner multiplies how frequent the user is with how frequent the
 * conversation is. Of n messages √(64 n) in one conversation come out as 64: less than a page of a hundred.
 */
async function seedMisjudged(superuser: Client, userId: string): Promise<number> {
  const conversationId = randomUUID()
  await superuser.query(`insert into users (id, email) values ($1::uuid, $1::text || '@example.com')`, [userId])
  await superuser.query('insert into conversations (user_id, id) values ($1, $2)', [userId, conversationId])
  const { rowCount } = await superuser.query(
    `insert into messages (user_id, id, conversation_id, seq, depth, role, content)
     select $1, gen_random_uuid(), $2, seq, seq, 'user', 'What one says in a chat.'
     from generate_series(1, (select sqrt(64 * count(*))::int from messages)) seq order by random()`,
    [userId, conversationId],
  )
  return rowCount ?? 0
}

/** Texts of a user that wait for their vectors, all due; the tenant's message is one of them. */
export async function seedJobs(superuser: Client, { userId, message }: Tenant, count: number): Promise<void> {
  await superuser.query(
    `insert into embedding_jobs (user_id, conversation_id, message_id, run_at)
     select user_id, conversation_id, id, now() - row_number() over () * interval '1 second'
     from messages where user_id = $1 and deleted_at is null order by id = $3 desc limit $2`,
    [userId, count, message.id],
  )
  await superuser.query('vacuum analyze embedding_jobs')
}

async function lookUp(superuser: Client, userId: string): Promise<Tenant> {
  const { rows } = await superuser.query<Tenant>(
    `with mine as (select * from conversations where user_id = $1 and deleted_at is null),
       size as (select count(*)::int as listed from mine),
       longest as (select id, last_seq from mine order by last_seq desc limit 1)
     select user_id as "userId", listed, longest.id as "conversationId",
       (select json_build_object('id', m.id, 'seq', m.seq) from messages m
        where m.user_id = $1 and m.conversation_id = longest.id and m.deleted_at is null and m.seq >= longest.last_seq / 2
        order by m.seq limit 1) as message,
       json_build_object('lastActivityAt', mine.last_activity_at, 'id', mine.id) as middle
     from size, longest, mine order by mine.last_activity_at desc, mine.id desc
     offset (select listed / 2 from size) limit 1`,
    [userId],
  )
  if (!rows[0]) throw new Error('The user has no conversations')
  return rows[0]
}
