import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { inTemporaryDirectory } from './files.ts'
import type { RunSize } from './part.ts'
import { judge, openQueuePlace, queueAll, type QueuePlace, seedTexts, type Texts } from './queue/place.ts'

interface Load {
  texts: Texts
  /** How many Workers share the queue, one measurement after the other. */
  workers: readonly number[]
  /** How many Workers there are while some are killed. */
  mortals: number
  /** Short, or one would wait two minutes for what the last ones held. */
  mortalLeaseSeconds: number
  killAfterMs: { least: number; most: number }
}

const SIZES: Record<RunSize, Load> = {
  full: {
    texts: { users: 400, total: 20_000, heavy: 10_000 },
    workers: [1, 4, 16],
    mortals: 8,
    mortalLeaseSeconds: 5,
    killAfterMs: { least: 50, most: 300 },
  },
  smoke: {
    texts: { users: 10, total: 800, heavy: 600 },
    workers: [1, 2],
    mortals: 2,
    mortalLeaseSeconds: 1,
    // So few Workers need time to get anything done.
    killAfterMs: { least: 300, most: 600 },
  },
}
const LEASE_SECONDS = 120
/** How long the queue may stay as it is while Workers are killed. */
const PATIENCE_MS = 60_000

/**
 * The embedding queue on a real server, over Neon's protocol, with Workers that are processes and a provider that takes 50 ms: how much
 * it does, how long somebody waits behind a user with many texts, and what is lost when Workers are killed all the time. On a
 * small machine database, provider and Workers share its cores: then texts a second say what that machine can do.
 */
export function measureQueue(size: RunSize, serverUrl: string): Promise<void> {
  return inTemporaryDirectory(async (directory) => {
    const load = SIZES[size]
    const { users, total, heavy } = load.texts
    await using place = await openQueuePlace(serverUrl, directory)
    await seedTexts(place.superuser, load.texts)
    console.log(`${total} texts of ${users} users, of whom one has ${heavy}:`)
    for (const workers of load.workers) await measureThroughput(place, workers, load)
    await measureWait(place, load)
    await killWorkers(place, load)
  })
}

async function measureThroughput(place: QueuePlace, count: number, { texts: { total } }: Load): Promise<void> {
  await queueAll(place.superuser)
  await place.seen()
  const workers = await Promise.all(Array.from({ length: count }, () => place.startWorker()))
  const started = performance.now()
  const ends = workers.map(({ process }) => once(process, 'exit'))
  for (const { begin } of workers) begin({ forever: false, leaseSeconds: LEASE_SECONDS })
  await Promise.all(ends)
  const seconds = (performance.now() - started) / 1000
  const { calls, texts } = await place.seen()
  await expectAllDone(place, total)
  const perSecond = (total / seconds).toFixed(0)
  const perThousand = (calls / (total / 1000)).toFixed(2)
  console.log(
    `  ${String(count).padStart(2)} Workers: ${perSecond.padStart(5)} texts/s, ${perThousand} calls per 1,000 texts, ${texts - total} embedded twice`,
  )
}

/** A small user's only text, queued when the heavy user's are all there: in how many calls it is its turn. */
async function measureWait(place: QueuePlace, { texts: { heavy } }: Load): Promise<void> {
  const { superuser } = place
  await queueAll(superuser)
  // Besides these two, nobody has anything to embed.
  await superuser.query(
    `delete from embedding_jobs where user_id <> (select user_id from messages group by user_id order by count(*) desc limit 1)`,
  )
  await superuser.query(
    `with small as (select user_id, conversation_id, id from messages where seq = (select max(seq) from messages)),
       said as (update messages m set content = content || ' lone' from small s where m.user_id = s.user_id and m.id = s.id)
     insert into embedding_jobs (user_id, conversation_id, message_id, run_at)
     select user_id, conversation_id, id, now() from small`,
  )
  await place.seen()
  const { process: worker, begin } = await place.startWorker()
  const end = once(worker, 'exit')
  begin({ forever: false, leaseSeconds: LEASE_SECONDS })
  await end
  const { calls, loneAt } = await place.seen()
  console.log(`  One text behind ${heavy} of another user: embedded in call ${loneAt} of ${calls}`)
  if (loneAt !== 1) throw new Error('It had to wait')
}

async function killWorkers(
  place: QueuePlace,
  { texts: { total }, mortals, mortalLeaseSeconds, killAfterMs }: Load,
): Promise<void> {
  await queueAll(place.superuser)
  await place.seen()
  const workers = new Set<ChildProcess>()
  const add = async () => {
    const { process: worker, begin } = await place.startWorker()
    begin({ forever: true, leaseSeconds: mortalLeaseSeconds })
    workers.add(worker)
  }
  await Promise.all(Array.from({ length: mortals }, add))
  const started = performance.now()
  let kills = 0
  let [left, deadline] = [await pending(place), Date.now() + PATIENCE_MS]
  while (left > 0) {
    await delay(killAfterMs.least + Math.random() * (killAfterMs.most - killAfterMs.least))
    const victim = [...workers][Math.floor(Math.random() * workers.size)]
    if (!victim) throw new Error('There is nobody left to kill')
    workers.delete(victim)
    victim.kill('SIGKILL')
    kills += 1
    await add()
    const before = left
    left = await pending(place)
    if (left < before) deadline = Date.now() + PATIENCE_MS
    if (Date.now() > deadline) throw new Error(`${left} texts are left, and Workers embed none of them`)
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  for (const worker of workers) worker.kill('SIGKILL')
  const { calls, texts } = await place.seen()
  const faults = await expectAllDone(place, total)
  console.log(`  ${mortals} Workers, ${kills} of them killed within ${seconds} s, ${calls} calls:`)
  console.log(`  ${texts - total} of ${total} texts were embedded more than once, and of what is stored:`)
  console.log(faults)
}

async function pending({ superuser }: QueuePlace): Promise<number> {
  const { rows } = await superuser.query<{ count: number }>(
    'select count(*)::int as count from embedding_jobs where failed_at is null',
  )
  return rows[0]?.count ?? 0
}

/** Every text has its vector and nothing else does, or it throws. */
async function expectAllDone({ superuser }: QueuePlace, total: number) {
  const { rows } = await superuser.query<{ count: number }>('select count(*)::int as count from chat_vectors')
  const faults = { ...(await judge(superuser)), textsWithoutVector: total - (rows[0]?.count ?? 0) }
  if (Object.values(faults).some((count) => count !== 0)) throw new Error(`Not all is well: ${JSON.stringify(faults)}`)
  return faults
}
