import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { inTemporaryDirectory } from './files.ts'
import { judge, type Load, openQueuePlace, queueAll, type QueuePlace, seedTexts } from './queue/place.ts'

const LOAD: Load = { users: 400, texts: 20_000, heavy: 10_000 }
const WORKERS = [1, 4, 16]
const LEASE_SECONDS = 120

const MORTALS = 8
const KILL_AFTER_MS = { least: 50, most: 300 }
/** Short, or one would wait two minutes for what the last ones held. */
const MORTAL_LEASE_SECONDS = 5

/**
 * The embedding queue on a real server, over Neon's protocol, with Workers that are processes and a provider that takes 50 ms: how much
 * it does, how long somebody waits behind a user with many texts, and what is lost when Workers are killed all the time. On a
 * small machine database, provider and Workers share its cores: then texts a second say what that machine can do.
 */
export async function measureQueue(): Promise<void> {
  const serverUrl = process.env.DATABASE_URL
  if (!serverUrl) {
    console.error('queue needs DATABASE_URL: a superuser of a Postgres 17 with pgvector. On one session nobody races.')
    process.exitCode = 1
    return
  }
  await inTemporaryDirectory(async (directory) => {
    await using place = await openQueuePlace(serverUrl, directory)
    await seedTexts(place.superuser, LOAD)
    console.log(`${LOAD.texts} texts of ${LOAD.users} users, of whom one has ${LOAD.heavy}:`)
    for (const workers of WORKERS) await measureThroughput(place, workers)
    await measureWait(place)
    await killWorkers(place)
  })
}

async function measureThroughput(place: QueuePlace, count: number): Promise<void> {
  await queueAll(place.superuser)
  await place.seen()
  const workers = await Promise.all(Array.from({ length: count }, () => place.startWorker()))
  const started = performance.now()
  const ends = workers.map(({ process }) => once(process, 'exit'))
  for (const { begin } of workers) begin({ forever: false, leaseSeconds: LEASE_SECONDS })
  await Promise.all(ends)
  const seconds = (performance.now() - started) / 1000
  const { calls, texts } = await place.seen()
  await expectAllDone(place)
  const perSecond = (LOAD.texts / seconds).toFixed(0)
  const perThousand = (calls / (LOAD.texts / 1000)).toFixed(2)
  console.log(
    `  ${String(count).padStart(2)} Workers: ${perSecond.padStart(5)} texts/s, ${perThousand} calls per 1,000 texts, ${texts - LOAD.texts} embedded twice`,
  )
}

/** A small user's only text, queued when the heavy user's are all there: in how many calls it is its turn. */
async function measureWait(place: QueuePlace): Promise<void> {
  const { superuser } = place
  await queueAll(superuser)
  // Besides these two, nobody has anything to embed.
  await superuser.query(
    `delete from embedding_jobs where user_id <> (select user_id from messages group by user_id order by count(*) desc limit 1)`,
  )
  await superuser.query(
    `with small as (select user_id, id from messages where seq = (select max(seq) from messages)),
       said as (update messages m set content = content || ' lone' from small s where m.user_id = s.user_id and m.id = s.id)
     insert into embedding_jobs (user_id, message_id, run_at) select user_id, id, now() from small`,
  )
  await place.seen()
  const { process: worker, begin } = await place.startWorker()
  const end = once(worker, 'exit')
  begin({ forever: false, leaseSeconds: LEASE_SECONDS })
  await end
  const { calls, loneAt } = await place.seen()
  console.log(`  One text behind ${LOAD.heavy} of another user: embedded in call ${loneAt} of ${calls}`)
  if (loneAt !== 1) throw new Error('It had to wait')
}

async function killWorkers(place: QueuePlace): Promise<void> {
  await queueAll(place.superuser)
  await place.seen()
  const workers = new Set<ChildProcess>()
  const add = async () => {
    const { process: worker, begin } = await place.startWorker()
    begin({ forever: true, leaseSeconds: MORTAL_LEASE_SECONDS })
    workers.add(worker)
  }
  await Promise.all(Array.from({ length: MORTALS }, add))
  const started = performance.now()
  let kills = 0
  while ((await pending(place)) > 0) {
    await delay(KILL_AFTER_MS.least + Math.random() * (KILL_AFTER_MS.most - KILL_AFTER_MS.least))
    const victim = [...workers][Math.floor(Math.random() * workers.size)]
    if (!victim) throw new Error('There is nobody left to kill')
    workers.delete(victim)
    victim.kill('SIGKILL')
    kills += 1
    await add()
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  for (const worker of workers) worker.kill('SIGKILL')
  const { calls, texts } = await place.seen()
  const faults = await expectAllDone(place)
  console.log(`  ${MORTALS} Workers, ${kills} of them killed within ${seconds} s, ${calls} calls:`)
  console.log(`  ${texts - LOAD.texts} of ${LOAD.texts} texts were embedded more than once, and of what is stored:`)
  console.log(faults)
}

async function pending({ superuser }: QueuePlace): Promise<number> {
  const { rows } = await superuser.query<{ count: number }>(
    'select count(*)::int as count from embedding_jobs where failed_at is null',
  )
  return rows[0]?.count ?? 0
}

/** Every text has its vector and nothing else does, or it throws. */
async function expectAllDone({ superuser }: QueuePlace) {
  const { rows } = await superuser.query<{ count: number }>('select count(*)::int as count from chat_vectors')
  const faults = { ...(await judge(superuser)), textsWithoutVector: LOAD.texts - (rows[0]?.count ?? 0) }
  if (Object.values(faults).some((count) => count !== 0)) throw new Error(`Not all is well: ${JSON.stringify(faults)}`)
  return faults
}
