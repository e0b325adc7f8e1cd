import { neon, neonConfig } from '@neondatabase/serverless'

interface Env {
  DATABASE_URL: string
  USER_ID: string
}

neonConfig.fetchEndpoint = (host, port) => `http://${host}:${port}/sql`

/** What the list route reads, with nothing around it: no token, no validation, no RLS, no query builder. */
const LIST = `
  select c.id, c.title, c.system_prompt, c.metadata, c.tags, c.archived, c.pinned, c.message_count,
    c.last_activity_at, c.created_at, c.updated_at, c.version,
    m.id as message_id, m.role, left(m.content, 200) as preview, m.created_at as message_created_at
  from conversations c
  left join lateral (
    select id, role, content, created_at from messages
    where user_id = $1 and conversation_id = c.id and deleted_at is null order by seq desc limit 1
  ) m on true
  where c.user_id = $1 and c.deleted_at is null
  order by c.last_activity_at desc, c.id desc limit 21`

const worker = {
  async fetch(_request: Request, env: Env): Promise<Response> {
    const rows = await neon(env.DATABASE_URL).query(LIST, [env.USER_ID])
    return Response.json({ data: rows })
  },
}

// oxlint-disable-next-line import/no-default-export -- workerd looks for it
export default worker
