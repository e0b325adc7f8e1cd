import type { Client } from 'pg'
import { ok } from '../../src/result.ts'
import type { Login } from './request.ts'
import { cancelQuery } from './cancel.ts'
import { openClient, type Lease, type Sessions, type Upstream } from './session.ts'

/** The real proxy keeps as many a project. Requests beyond it wait, so that a server's default of 100 holds for all. */
const MAX_CONNECTIONS = 20

/**
 * Connections to a real server: kept per role, database and password, the one used last first, and reused as they are.
 * Nothing is reset in between, so what a request leaves in its session meets the next one.
 */
export function createServerSessions(upstream: Upstream): Sessions {
  const idle = new Map<string, Client[]>()
  const waiting: (() => void)[] = []
  const lost = new WeakSet<Client>()
  let open = 0

  const free = () => {
    open -= 1
    waiting.shift()?.()
  }
  const evict = () => {
    const client = [...idle.values()].find((clients) => clients.length > 0)?.shift()
    if (!client) return false
    open -= 1
    void client.end().catch(() => {})
    return true
  }
  const takeIdle = (key: string) => {
    for (let client = idle.get(key)?.pop(); client; client = idle.get(key)?.pop()) {
      if (!lost.has(client)) return client
      free()
    }
    return undefined
  }

  const lease = (client: Client, key: string): Lease => ({
    client,
    cancel: () => cancelQuery(upstream, client),
    release: async (keep) => {
      if (keep && !lost.has(client)) {
        const clients = idle.get(key) ?? []
        idle.set(key, [...clients, client])
        waiting.shift()?.()
        return
      }
      await client.end().catch(() => {})
      free()
    },
  })

  const acquire: Sessions['acquire'] = async (login: Login) => {
    const key = JSON.stringify([login.role, login.database, login.password])
    for (;;) {
      const kept = takeIdle(key)
      if (kept) return ok(lease(kept, key))
      if (open < MAX_CONNECTIONS || evict()) break
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    open += 1
    const [client, error] = await openClient(upstream, login)
    if (error) {
      free()
      return [null, error]
    }
    client.once('end', () => lost.add(client))
    return ok(lease(client, key))
  }

  return {
    acquire,
    close: async () => {
      const clients = [...idle.values()].flat()
      idle.clear()
      await Promise.all(clients.map((client) => client.end().catch(() => {})))
    },
  }
}
