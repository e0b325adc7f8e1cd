import type { Client } from 'pg'
import { type BenchDatabase, PIPELINED } from '../database.ts'
import { seedTenant, type Tenant } from '../seed.ts'
import type { Target } from './operations.ts'

/** In the order of the table: what each leaves out of what the migrations made. */
export const SIDES = [
  { name: 'as migrated', audit: true, check: true, count: true },
  { name: 'no audit', audit: false, check: true, count: true },
  { name: 'no check', audit: true, check: false, count: true },
  { name: 'no count', audit: true, check: true, count: false },
  { name: 'none', audit: false, check: false, count: false },
] as const

/** A database, a superuser's connection to it, and what to do in it. */
export interface Side {
  name: string
  audit: boolean
  check: boolean
  database: BenchDatabase
  superuser: Client
  targets: Target[]
  /** Logs in as the role of the Worker's requests; values come as text. */
  logIn(): Promise<Client>
}

/** What each database holds: the user's rows, and so many small tenants. */
export interface SideSeed {
  tenant: Omit<Tenant, 'userId'>
  others: number
}

/** Seeds the database like those of the others, then leaves out what this side does without. */
export async function openSide(
  { database, userId, ...rows }: SideSeed & { database: BenchDatabase; userId: string },
  leave: (typeof SIDES)[number],
): Promise<Side> {
  const superuser = await database.connect({ connectionString: database.url })
  await seed(superuser, userId, rows)
  if (!leave.audit) await dropTriggers(superuser, 'audit_%')
  if (!leave.count) await dropTriggers(superuser, 'usage_%')
  if (!leave.check) await superuser.query(NAME_ONLY)
  await superuser.query('vacuum analyze')
  return {
    ...leave,
    database,
    superuser,
    targets: await findTargets(superuser, userId),
    logIn: () => database.connect({ ...database.appLogin, ...PIPELINED }),
  }
}

async function seed(superuser: Client, userId: string, { tenant, others }: SideSeed): Promise<void> {
  await seedTenant(superuser, { userId, ...tenant })
  for (let i = 0; i < others; i++) {
    await seedTenant(superuser, { userId: crypto.randomUUID(), conversations: 20, messages: 10, vectors: 5 })
  }
  await superuser.query(
    `insert into sessions (user_id, id, sign_in_id, expires_at)
     select id, gen_random_uuid(), 'seeded ' || n, now() + interval '1 day' from users, generate_series(1, 3) n`,
  )
}

async function dropTriggers(superuser: Client, like: string): Promise<void> {
  const { rows } = await superuser.query<{ drop: string }>(
    `select format('drop trigger %I on %s', tgname, tgrelid::regclass) as drop from pg_trigger where tgname like $1`,
    [like],
  )
  for (const { drop } of rows) await superuser.query(drop)
}

/** `app.admit_request` that only says who asks. */
const NAME_ONLY = `
  create or replace function app.admit_request(asking_user uuid, sign_in text, signed_in_at timestamptz, valid_until timestamptz,
    device text, request_id text, address text, seen boolean, heavy boolean, statement_ms int, quotas text) returns void
  language plpgsql as $$
  begin
    perform app.introduce(asking_user, sign_in, request_id, address);
  end
  $$`

async function findTargets(superuser: Client, userId: string): Promise<Target[]> {
  const { rows } = await superuser.query<Target>(
    `select c.user_id as "userId", c.id as "conversationId", m.id as "messageId"
     from conversations c join messages m on m.user_id = c.user_id and m.conversation_id = c.id and m.seq = c.last_seq / 2
     where c.user_id = $1 order by c.last_activity_at desc`,
    [userId],
  )
  return rows
}

/** @throws Error unless strangers are refused where there is a check, and only there */
export async function assertCheck(side: Side): Promise<void> {
  const client = await side.logIn()
  const stranger = `select app.admit_request(gen_random_uuid(), 'nobody', null, now(), null, 'bench', null, false, false, 1000, '')`
  const refused = await client.query(stranger).then(
    () => false,
    () => true,
  )
  await client.end()
  if (refused !== side.check) throw new Error(`${side.name}: a stranger ${refused ? 'is refused' : 'gets in'}`)
}

/** The sign-in that came through the Worker. */
export async function findSignIn({ superuser }: Side): Promise<string> {
  const newest = 'select sign_in_id from sessions order by created_at desc limit 1'
  const { rows } = await superuser.query<{ sign_in_id: string }>(newest)
  return rows[0]?.sign_in_id ?? ''
}

/** So many audit events has this side's user. */
export async function countEvents({ superuser, targets }: Side): Promise<number> {
  const count = 'select count(*)::int as events from audit_events where user_id = $1'
  const { rows } = await superuser.query<{ events: number }>(count, [targets[0]?.userId])
  return rows[0]?.events ?? Number.NaN
}
