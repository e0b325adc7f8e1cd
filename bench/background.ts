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
