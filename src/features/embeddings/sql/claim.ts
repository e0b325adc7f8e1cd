import { type SQL, sql } from 'drizzle-orm'
import { MAX_ATTEMPTS } from '../../../jobs/attempts.ts'
import { BYTES_PER_TOKEN, mayEmbed } from '../../usage/sql/embedded.ts'
import type { TextsOfUser } from '../runner.ts'

/** Users at whom a claim looks for something due. Who is further away is met by another one: each begins somewhere else. */
const MAX_VISITS = 5_000

/** No embedder reads more than 8,192 units of a text; with 256 of them an answer of Neon's stays below its 10 MiB. */
const TEXT_LENGTH = 8_192
/** What JSON writes as six bytes each, and means nothing. */
const CONTROLS = Array.from({ length: 31 }, (_, i) => String.fromCharCode(i + 1))
  .filter((character) => !/[\t\n\r]/.test(character))
  .join('')

const isDue = sql`failed_at is null and run_at <= now()`

/** A queue's statistics are those of a moment ago: every way but the index's would read all jobs of a user who has many. */
export const claimSettings = sql`select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)`

interface Claim {
  limit: number
  leaseSeconds: number
  /** What may be embedded of one user in a day; null for no limit. After that the user's texts wait. */
  dailyTokens: number | null
}

/**
 * Claims up to `limit` due jobs and remembers them for {@link claimedTexts}, in the same transaction. The texts are read by
 * a statement of their own: it sees what was written until the jobs were locked, and who changes a text after that takes
 * the claim away.
 */
export const claimStatement = (
  claimId: string,
  { limit, leaseSeconds, dailyTokens }: Claim,
  only?: TextsOfUser,
): SQL => sql`
  with recursive ${only ? namedJobs(only, limit, dailyTokens) : jobsOfEach(limit, dailyTokens, crypto.randomUUID())}, claimed as (
    update embedding_jobs j
    set claim_id = ${claimId}, attempts = least(j.attempts + 1, ${MAX_ATTEMPTS}),
      run_at = now() + make_interval(secs => ${leaseSeconds}),
      failed_at = case when j.attempts >= ${MAX_ATTEMPTS} then now() end,
      last_error = case when j.attempts >= ${MAX_ATTEMPTS} then coalesce(j.last_error, 'interrupted') else j.last_error end
    from picked p where j.user_id = p.user_id and j.id = p.id
    returning j.user_id, j.id, j.failed_at)
  select set_config('app.claimed_jobs', coalesce(
    jsonb_agg(jsonb_build_object('user_id', user_id, 'id', id)) filter (where failed_at is null), '[]')::text, true)
  from claimed`

/**
 * One look-up by key for each: a condition on all of them may be held against every job of the user. Nor may `failed_at is
 * null` be written there, which offers the index of due jobs: to a planner with old statistics all indexes are the same.
 */
const namedJobs = (
  { userId, messages, documentIds, jobIds }: TextsOfUser,
  limit: number,
  dailyTokens: number | null,
): SQL => {
  const open = sql`num_nulls(failed_at) = 1 and run_at <= now() limit ${limit}::int for update skip locked`
  const byId = (column: SQL, ids: readonly string[]) => sql`
    jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) named (value) cross join lateral (
      select user_id, id from embedding_jobs where user_id = ${userId} and ${column} = named.value::uuid and ${open}) j`
  // Of whole messages, the ids alone.
  const keys = messages?.map(({ conversationId, id }) => ({ conversationId, id }))
  const jobs = keys
    ? sql`jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) named ("conversationId" text, id text) cross join lateral (
      select user_id, id from embedding_jobs where user_id = ${userId} and conversation_id = named."conversationId"
        and message_id = named.id and ${open}) j`
    : documentIds
      ? byId(sql`document_id`, documentIds)
      : jobIds
        ? byId(sql`id`, jobIds)
        : sql`(select user_id, id from embedding_jobs where user_id = ${userId} and ${isDue}
      order by run_at limit ${limit}::int for update skip locked) j`
  return sql`picked as materialized (
    select j.* from ${jobs} where ${mayEmbed(sql`${userId}`, dailyTokens)} limit ${limit}::int)`
}

/**
 * Takes from each user in turn, so that nobody waits for what somebody else has plenty of. The users are found by leaps
 * through the index, from a random place on and round: `(user_id, run_at)` shows with each one whether anything is due. Each
 * gives an equal share; where that does not fill the claim, those who have more give the rest.
 */
const jobsOfEach = (limit: number, dailyTokens: number | null, start: string): SQL => sql`ahead as (
    (select user_id, run_at from embedding_jobs where failed_at is null and user_id >= ${start}::uuid
      order by user_id, run_at limit 1)
    union all
    select next.* from ahead cross join lateral (
      select user_id, run_at from embedding_jobs where failed_at is null and user_id > ahead.user_id
      order by user_id, run_at limit 1) next
  ), behind as (
    (select user_id, run_at from embedding_jobs where failed_at is null and user_id < ${start}::uuid
      order by user_id, run_at limit 1)
    union all
    select next.* from behind cross join lateral (
      select user_id, run_at from embedding_jobs
      where failed_at is null and user_id > behind.user_id and user_id < ${start}::uuid
      order by user_id, run_at limit 1) next
  ), users_due as materialized (
    select user_id from (select * from ahead union all select * from behind limit ${MAX_VISITS}::int) visited
    where run_at <= now() and ${mayEmbed(sql`user_id`, dailyTokens)} limit ${limit}::int
  ), share as materialized (
    select greatest(1, ${limit}::int / greatest(1, count(*))) as jobs from users_due
  ), shares as materialized (
    select j.* from users_due u cross join lateral (
      select user_id, id from embedding_jobs where user_id = u.user_id and ${isDue}
      order by run_at limit (select jobs from share) for update skip locked) j
    limit ${limit}::int
  ), rest as materialized (
    select j.* from (
      select user_id from shares group by user_id having count(*) >= (select jobs from share)) u
    cross join lateral (
      select user_id, id from embedding_jobs
      where user_id = u.user_id and ${isDue} and id not in (select id from shares)
      order by run_at limit ${limit}::int for update skip locked) j
    limit ${limit}::int - (select count(*) from shares)
  ), picked as materialized (select * from shares union all select * from rest)`

/** What was claimed by the statement before; jobs whose text is gone are removed. */
export const claimedTexts: SQL = sql`
  with held as materialized (
    select j.user_id, j.id, j.claim_id, j.attempts, coalesce((
      select m.content from messages m join conversations c on c.user_id = m.user_id and c.id = m.conversation_id
      where m.user_id = j.user_id and m.conversation_id = j.conversation_id and m.id = j.message_id
        and m.deleted_at is null and c.deleted_at is null
    ), (
      select case k.context when '' then k.content else k.context || E'\\n\\n' || k.content end
      from document_chunks k join documents d on d.user_id = k.user_id and d.id = k.document_id
      where k.user_id = j.user_id and k.id = j.chunk_id and d.deleted_at is null
    )) as text
    from jsonb_to_recordset(current_setting('app.claimed_jobs')::jsonb) as c (user_id uuid, id uuid)
    join embedding_jobs j on j.user_id = c.user_id and j.id = c.id
  ), gone as (
    delete from embedding_jobs j using held h where j.user_id = h.user_id and j.id = h.id and h.text is null)
  select user_id as "userId", id, claim_id as "claimId", attempts,
    translate(left(text, ${TEXT_LENGTH}), ${CONTROLS}, ${' '.repeat(CONTROLS.length)}) as text,
    (octet_length(left(text, ${TEXT_LENGTH})) + ${BYTES_PER_TOKEN - 1}) / ${BYTES_PER_TOKEN} as tokens
  from held where text is not null`
