import { sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { metadataFits } from '../../../db/metadata.ts'
import { toClientVector } from '../../../embeddings/stored-vector.ts'
import { dropJobs } from '../../embeddings/sql/drop.ts'
import { queueMessages } from '../../embeddings/sql/queue.ts'
import { storeClientVectors } from '../../embeddings/sql/store.ts'
import { titleFrom } from '../../messages/sql/derived-title.ts'
import type { ImportBatch, RowStatus } from '../rows.ts'
import { sketchType } from '../../embeddings/table.ts'

export interface ImportOptions {
  userId: string
  /** How long deleted things can be restored, from now on. */
  retentionDays: number
}
/** One for each row of the batch, in its order. */
type Told = { status: RowStatus } & Record<string, unknown>

/** The batch's rows as one parameter: `position` keeps their order. */
const asJson = (rows: readonly object[]) =>
  sql`${JSON.stringify(rows.map((row, position) => ({ ...row, position })))}::jsonb`

const fits = metadataFits(sql`coalesce(g.metadata, '{}')`)

/** Imports of one user come one after the other, batch by batch, so that no two of them make the same row. */
export const lockUser = (q: NeonHttpDatabase, { userId }: ImportOptions) =>
  q.execute(sql`select id from users where id = ${userId} for no key update`)

/** As every writer of messages does. In the order of ids, so that none waits for another in a circle. */
export const lockConversations = (q: NeonHttpDatabase, { userId }: ImportOptions, batch: ImportBatch) =>
  q.execute(sql`
    select id from conversations where user_id = ${userId} and id in (
      select id from jsonb_to_recordset(${asJson(idsOf(batch))}) as g (id text))
    order by id for update`)

function idsOf({ conversations, messages }: ImportBatch): { id: string }[] {
  const ids = new Set([...conversations.map(({ id }) => id), ...messages.map(({ conversationId }) => conversationId)])
  return [...ids].map((id) => ({ id }))
}

/**
 * Inserts conversations, without messages as yet. One that is here with the file's `updatedAt` is the file's own, imported
 * in part: it gets the file's active leaf.
 */
export const storeConversations = (
  q: NeonHttpDatabase,
  { userId, retentionDays }: ImportOptions,
  { conversations }: ImportBatch,
) =>
  q.execute<Told>(sql`
    with given as materialized (
      select *, ${fits} as fits from jsonb_to_recordset(${asJson(conversations)}) as g (
        position int, id text, title text, "derivedTitle" text, "forkedFromConversation" text, "forkedFromMessage" text,
        "systemPrompt" text, metadata jsonb, tags text[], archived boolean, pinned boolean, "activeLeafId" text,
        "lastActivityAt" timestamptz, "createdAt" timestamptz, "updatedAt" timestamptz, "deletedAt" timestamptz)
    ), added as (
      insert into conversations (user_id, id, title, derived_title, forked_from_conversation, forked_from_message,
        system_prompt, metadata, tags, archived, pinned, active_leaf_id, last_activity_at, created_at, updated_at,
        deleted_at, purge_after)
      select ${userId}::uuid, id, title, "derivedTitle", "forkedFromConversation", "forkedFromMessage", "systemPrompt",
        coalesce(metadata, '{}'), coalesce(tags, '{}'), coalesce(archived, false), coalesce(pinned, false),
        "activeLeafId", coalesce("lastActivityAt", now()), coalesce("createdAt", now()), coalesce("updatedAt", now()),
        "deletedAt", case when "deletedAt" is not null then now() + make_interval(days => ${retentionDays}) end
      from given where fits
      on conflict (user_id, id) do nothing returning id
    ), turned as (
      update conversations c set active_leaf_id = g."activeLeafId", version = version + 1 from given g
      where c.user_id = ${userId} and c.id = g.id and c.updated_at = g."updatedAt"
        and c.active_leaf_id is distinct from g."activeLeafId"
      returning c.id
    )
    select case when a.id is not null then 'taken' when c.updated_at = g."updatedAt" then 'unchanged'
      when c.id is not null then 'different' when not fits then 'metadata' else 'different' end as status
    from given g left join added a on a.id = g.id
    left join conversations c on c.user_id = ${userId} and c.id = g.id
    order by position`)

/**
 * Inserts messages at their places in the trees: behind the last `seq`, each below its parent, which is here or in the batch;
 * who follows a parent first goes on with its branch (src/features/messages/table.ts). What has no parent here is left out,
 * and so is all that hangs on it: the recursion does not come there.
 */
export const storeMessages = (
  q: NeonHttpDatabase,
  { userId, retentionDays }: ImportOptions,
  { messages, conversations, follow, untitled }: ImportBatch,
) => {
  const following = [...follow.map((id) => ({ id })), ...conversations.map(({ id, updatedAt }) => ({ id, updatedAt }))]
  return q.execute<Told>(sql`
    with recursive given as materialized (
      select *, ${fits} as fits from jsonb_to_recordset(${asJson(messages)}) as g (
        position int, id text, "conversationId" text, "parentId" text, role text, content text, parts jsonb,
        attachments jsonb, reasoning text, status text, model text, usage jsonb, metadata jsonb,
        "createdAt" timestamptz, "updatedAt" timestamptz, "deletedAt" timestamptz)
    ), met as materialized (
      select g.position, g.id, g."conversationId" as conversation_id, g."parentId" as parent_id, g.fits,
        c.id is not null as has_conversation, c.last_seq, c.last_branch, c.deleted_at is not null as is_gone,
        m.id is not null as is_here
      from given g
      left join conversations c on c.user_id = ${userId} and c.id = g."conversationId"
      left join messages m on m.user_id = ${userId} and m.conversation_id = g."conversationId" and m.id = g.id
    ), based as materialized (
      select n.*, p.branch, p.depth,
        n.parent_id is null or follower.id is not null
          or row_number() over (partition by n.conversation_id, n.parent_id order by n.position) > 1 as forks
      from met n
      left join messages p on p.user_id = ${userId} and p.conversation_id = n.conversation_id and p.id = n.parent_id
      left join lateral (
        select f.id from messages f where f.user_id = ${userId} and f.conversation_id = n.conversation_id
          and f.branch = p.branch and f.depth > p.depth order by f.branch, f.depth limit 1) follower on true
      where n.has_conversation and not n.is_here and n.fits
    ), placed as (
      select position, id, conversation_id, forks, branch, coalesce(depth, 0) + 1 as depth, position as beginning
      from based where parent_id is null or branch is not null
      union all
      select b.position, b.id, b.conversation_id, b.forks, p.branch, p.depth + 1,
        case when b.forks then b.position else p.beginning end
      from placed p join based b on b.parent_id = p.id and b.conversation_id = p.conversation_id and b.branch is null
    ), numbered as materialized (
      select p.position, p.id, p.conversation_id, p.depth, p.beginning, p.branch, p.forks, b.is_gone,
        b.last_seq + row_number() over said as seq, b.last_branch + count(*) filter (where p.forks) over said as own_branch
      from placed p join based b on b.position = p.position
      window said as (partition by p.conversation_id order by p.position)
    ), rooted as materialized (
      select n.*, case when o.forks then o.own_branch else o.branch end as in_branch
      from numbered n join numbered o on o.position = n.beginning
    ), added as (
      insert into messages (user_id, id, conversation_id, seq, parent_id, branch, depth, role, content, parts, attachments,
        reasoning, status, model, usage, metadata, has_metadata, created_at, updated_at, deleted_at, purge_after)
      select ${userId}::uuid, g.id, n.conversation_id, n.seq, g."parentId", n.in_branch, n.depth, g.role, g.content, g.parts,
        g.attachments, g.reasoning, coalesce(g.status, 'complete'), g.model, g.usage, coalesce(g.metadata, '{}'),
        g.metadata is not null,
        coalesce(g."createdAt", now()), coalesce(g."updatedAt", g."createdAt", now()), g."deletedAt",
        case when g."deletedAt" is not null then now() + make_interval(days => ${retentionDays}) end
      from rooted n join given g on g.position = n.position
      returning id
    ), counted as (
      select n.conversation_id, count(*) as messages, count(*) filter (where g."deletedAt" is null) as live,
        count(*) filter (where n.forks) as branches
      from rooted n join given g on g.position = n.position group by n.conversation_id
    ), followed as (
      select distinct on (c.id) c.id, n.id as leaf_id
      from jsonb_to_recordset(${asJson(following)}) as f (id text, "updatedAt" timestamptz)
      join conversations c on c.user_id = ${userId} and c.id = f.id and c.updated_at is distinct from f."updatedAt"
      join messages leaf on leaf.user_id = ${userId} and leaf.conversation_id = c.id and leaf.id = c.active_leaf_id
      join rooted n on n.conversation_id = c.id and n.in_branch = leaf.branch and n.depth > leaf.depth
      order by c.id, n.depth desc
    ), touched as (
      update conversations c
      set last_seq = c.last_seq + t.messages, message_count = c.message_count + t.live,
        last_branch = c.last_branch + t.branches, version = c.version + 1,
        active_leaf_id = coalesce(f.leaf_id, c.active_leaf_id), derived_title = case when c.id in (select jsonb_array_elements_text(${JSON.stringify(untitled)}::jsonb))
          then coalesce(c.derived_title, ${titleFrom(
            sql`(
            select n.conversation_id, n.position, g.role, g.content from rooted n join given g on g.position = n.position
            where g."deletedAt" is null) said where said.conversation_id = c.id`,
            sql`position`,
          )}) else c.derived_title end
      from counted t left join followed f on f.id = t.conversation_id
      where c.user_id = ${userId} and c.id = t.conversation_id
      returning c.id
    ), queued as (${queueMessages(sql`
      select ${userId}::uuid as user_id, n.conversation_id, g.id, coalesce(g.status, 'complete') as status, g.content
      from rooted n join given g on g.position = n.position
      where g."deletedAt" is null and not n.is_gone`)}
    )
    select case when n.position is not null then 'taken' when m.is_here then 'skipped'
      when not m.has_conversation then 'conversation' when not m.fits then 'metadata' else 'parent' end as status
    from met m left join rooted n on n.position = m.position order by m.position`)
}

/**
 * Inserts vectors. One of a message takes the place of the one that Parley has made, but of no other; the
 * message is here and not deleted, or the vector is left out.
 */
export const storeVectors = (q: NeonHttpDatabase, { userId }: ImportOptions, { vectors }: ImportBatch) => {
  const rows = vectors.map((row) => ({ ...row, ...toClientVector(row.embedding) }))
  return q.execute<Told>(sql`
    with given as materialized (
      select g.*, ${fits} as fits, v.id is not null as is_here, g."messageId" is null or c.id is not null as has_message
      from jsonb_to_recordset(${asJson(rows)}) as g (
        position int, id uuid, "conversationId" text, "messageId" text, model text, embedding vector, sketch ${sketchType}, content text,
        metadata jsonb, "createdAt" timestamptz)
      left join chat_vectors v on v.user_id = ${userId} and v.id = g.id
      left join messages m on m.user_id = ${userId} and m.conversation_id = g."conversationId" and m.id = g."messageId"
        and m.deleted_at is null
      left join conversations c on c.user_id = ${userId} and c.id = m.conversation_id and c.deleted_at is null
    ), added as (${storeClientVectors(
      sql`
      select ${userId}::uuid as user_id, id, "conversationId" as conversation_id, "messageId" as message_id, model, embedding, sketch,
        content, coalesce(metadata, '{}') as metadata, coalesce("createdAt", now()) as created_at
      from given where fits and has_message and not is_here`,
      'made by Parley',
    )}
    )
    select case when a.id is not null then 'taken' when is_here then 'skipped' when not fits then 'metadata'
      when not has_message then 'message' else 'skipped' end as status
    from given g left join added a on a.id = g.id order by position`)
}

/** What has its vector from the file needs none of Parley's. */
export const releaseJobs = (q: NeonHttpDatabase, { userId }: ImportOptions, { vectors }: ImportBatch) =>
  dropJobs(
    q,
    sql`user_id = ${userId} and (conversation_id, message_id) in (
      select v.conversation_id, v.message_id from jsonb_to_recordset(${asJson(vectors.map(({ id }) => ({ id })))}) as g (id uuid)
      join chat_vectors v on v.user_id = ${userId} and v.id = g.id)`,
  )

/** At the end: an active leaf that did not come with the file becomes the conversation's last message. */
export const mendLeaves = (q: NeonHttpDatabase, { userId }: ImportOptions, { isLast }: ImportBatch) =>
  q.execute(sql`
    update conversations c set version = version + 1, active_leaf_id = (
      select m.id from messages m where m.user_id = ${userId} and m.conversation_id = c.id
      order by m.deleted_at is not null, m.seq desc limit 1)
    where c.user_id = ${userId} and ${isLast}::boolean and not exists (
        select from messages m where m.user_id = ${userId} and m.conversation_id = c.id and m.id = c.active_leaf_id)
      and (c.last_seq > 0 or c.active_leaf_id is not null)`)
