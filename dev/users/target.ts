import { neon, neonConfig } from '@neondatabase/serverless'
import { connected, serverLabel } from '../connect.ts'
import { dataDirectory, findRunning } from '../running.ts'
import { seeingAllUsers } from '../unforced.ts'
import type { Query } from './find-by-email.ts'

/**
 * Runs `work` where all users can be seen: on the server of DATABASE_URL as the owner, or in the local stack that runs.
 *
 * @param work gets the name of the database, for people
 */
export async function onAllUsers<T>(work: (query: Query, label: string) => Promise<T>): Promise<T> {
  const url = process.env.DATABASE_URL
  if (url) {
    return connected(url, (owner) => {
      const query: Query = async (text, params) => (await owner.query<object>(text, params)).rows
      return seeingAllUsers(owner, () => work(query, serverLabel(owner)))
    })
  }
  const running = await findRunning(dataDirectory())
  if (!running) throw new Error('Say which database: DATABASE_URL=postgres://owner@…, or start npm run dev.')
  if (!running.embedded)
    throw new Error(`Parley runs at ${running.url} on a server's database: give the same DATABASE_URL.`)
  neonConfig.fetchEndpoint = (host, port) => `http://${host}:${port}/sql`
  // PGlite's superuser, through the endpoint: its one session is the Worker's, too.
  const sql = neon(`postgres://postgres@127.0.0.1:${running.neonPort}/${running.databaseName}`)
  return work((text, params) => sql.query(text, params), `the database of ${running.url}`)
}
