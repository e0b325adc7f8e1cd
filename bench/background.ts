import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'

const PATIENCE_MS = 60_000

/** Waits until every queued text is embedded: Parley does that after its answer, and it must not run into the next measurement. */
export async function backgroundDone(superuser: Client): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await delay(5)) {
    const { rows } = await superuser.query<{ left: number }>('select count(*)::int as left from embedding_jobs')
    if (rows[0]?.left === 0) return
    if (Date.now() > deadline) throw new Error(`${rows[0]?.left} texts are still not embedded after ${PATIENCE_MS} ms`)
  }
}

/** Waits until scheduled work has sent no statement for a while. Texts that are left for the cron trigger do not count. */
export async function backgroundQuiet(superuser: Client): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await delay(50)) {
    const { rows } = await superuser.query<{ quiet: boolean }>(`
      select coalesce(bool_and(state = 'idle' and state_change < clock_timestamp() - interval '300 ms'), true) as quiet
      from pg_stat_activity where usename = 'parley_system' and datname = current_database()`)
    if (rows[0]?.quiet) return
    if (Date.now() > deadline) throw new Error(`Scheduled work still runs after ${PATIENCE_MS} ms`)
  }
}
