import { type ChildProcess, execFile, fork } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Client } from 'pg'
import { startNeonEndpoint } from '../../dev/neon/server.ts'
import { connectionString } from '../../dev/stack.ts'
import { nextMessage } from '../child.ts'
import { openBenchDatabase } from '../database.ts'
import { BIN, ROOT } from '../files.ts'
import { withoutTriggers } from '../seed.ts'
import type { Seen } from './provider.ts'
import type { WorkOrder } from './worker.ts'

/** A database with a provider and Workers, each Worker a process. */
export interface QueuePlace extends AsyncDisposable {
  superuser: Client
  /** Starts a Worker that waits to be told to begin. */
  startWorker(): Promise<{ process: ChildProcess; begin: (order: Pick<WorkOrder, 'forever' | 'leaseSeconds'>) => void }>
  /** What the provider has seen since it was asked last. */
  seen(): Promise<Seen>
}

/** @param directory for the Workers' bundle: a process that has to read a hundred files takes a second to start */
export async function openQueuePlace(serverUrl: string, directory: string): Promise<QueuePlace> {
  await using opening = new AsyncDisposableStack()
  const database = opening.use(await openBenchDatabase(serverUrl))
  const endpoint = await startNeonEndpoint({ upstream: database.local.upstream })
  opening.defer(() => endpoint.close())
  const superuser = await database.connect({ connectionString: database.url })

  const provider = fork(join(ROOT, 'bench/queue/provider.ts'))
  opening.defer(() => void provider.kill())
  const { port } = await nextMessage<{ port: number }>(provider)

  const script = join(directory, 'worker.mjs')
  const options = ['--bundle', '--platform=node', '--format=esm', '--log-level=warning', `--outfile=${script}`]
  await promisify(execFile)(join(BIN, 'esbuild'), [join(ROOT, 'bench/queue/worker.ts'), ...options])
  const order = {
    connectionString: connectionString('parley_system', database.local, endpoint.port),
    baseUrl: `http://127.0.0.1:${port}/v1`,
  }
  const cleanup = opening.move()
  return {
    superuser,
    async startWorker() {
      const process = fork(script)
      await nextMessage(process)
      return { process, begin: (rest) => void process.send({ ...order, ...rest }) }
    },
    async seen() {
      provider.send('seen')
      return nextMessage<Seen>(provider)
    },
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  }
}

export interface Texts {
  users: number
  /** Of all users together. */
  total: number
  /** Of one of them. */
  heavy: number
}

/** Messages of many users, one of whom has many; those of the heavy user are the first in the queue. */
export async function seedTexts(superuser: Client, { users, total, heavy }: Texts): Promise<void> {
  await withoutTriggers(superuser, async () => {
    await superuser.query(
      `insert into users (id, email) select gen_random_uuid(), n from generate_series(1, $1::int) n`,
      [users],
    )
    await superuser.query('insert into conversations (user_id, id) select id, id from users')
    await superuser.query(
      `insert into messages (user_id, id, conversation_id, seq, depth, role, content)
     select id, gen_random_uuid(), id, n, n, 'user', n || repeat(' something that one says in a chat', 10)
     from generate_series(1, $2::int) n join (select id, row_number() over () - 1 as place from users) u
       on u.place = case when n <= $3::int then 0 else 1 + n % ($1::int - 1) end`,
      [users, total, heavy],
    )
  })
  await superuser.query('vacuum analyze')
}

/** As if every text had just been stored. */
export async function queueAll(superuser: Client): Promise<void> {
  await superuser.query('truncate chat_vectors, embedding_jobs')
  await superuser.query(
    `insert into embedding_jobs (user_id, conversation_id, message_id, run_at)
     select user_id, conversation_id, id, now() from messages order by seq`,
  )
}

/** What is wrong with what is stored. */
export interface Verdict {
  jobsLeft: number
  givenUp: number
  /** Texts that have neither a vector nor a job. */
  lost: number
  /** Vectors more than texts that have one. */
  duplicates: number
  /** Vectors that another text was embedded as. */
  mistaken: number
}

export async function judge(superuser: Client): Promise<Verdict> {
  const { rows } = await superuser.query<Verdict>(
    `select (select count(*)::int from embedding_jobs) as "jobsLeft",
       (select count(*)::int from embedding_jobs where failed_at is not null) as "givenUp",
       (select count(*)::int from messages m
        where not exists (select from chat_vectors v where v.user_id = m.user_id
            and v.conversation_id = m.conversation_id and v.message_id = m.id)
          and not exists (select from embedding_jobs j where j.user_id = m.user_id and j.conversation_id = m.conversation_id
            and j.message_id = m.id)) as lost,
       (select (count(*) - count(distinct message_id))::int from chat_vectors) as duplicates,
       (select count(*)::int from chat_vectors v
        join messages m on m.user_id = v.user_id and m.conversation_id = v.conversation_id and m.id = v.message_id
        where not (embedding::vector::real[])[1 + split_part(m.content, ' ', 1)::int % 1536] > 0.999) as mistaken`,
  )
  if (!rows[0]) throw new Error('The database says nothing')
  return rows[0]
}
