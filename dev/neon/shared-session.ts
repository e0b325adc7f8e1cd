import { setTimeout as delay } from 'node:timers/promises'
import { escapeIdentifier, type Client } from 'pg'
import { fail, ok, type Result } from '../../src/result.ts'
import { queryFailure, wrongCredentials, type ProxyError } from './errors.ts'
import type { Login } from './request.ts'
import { openClient, type Lease, type Sessions, type Upstream } from './session.ts'

const SUPERUSER: Login = { role: 'postgres', database: 'postgres', password: undefined }
const CONNECT_ATTEMPTS = 20
const ATTEMPT_DELAY_MS = 25

/** The role's own settings (ALTER ROLE … SET), which a server applies at login. */
const APPLY_SETTINGS = `
  select set_config(split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1), false)
  from pg_db_role_setting s, unnest(s.setconfig) setting
  where s.setrole = (select oid from pg_roles where rolname = $1)`

/**
 * PGlite's one session, handed from request to request. A request of the role that had it before finds it as it was
 * left, as on a server; another role gets it reset and under its own name, so that policies and grants hold.
 *
 * Not as on a server: passwords are not checked, every database name means the one database, a statement cannot be
 * cancelled, and SET SESSION AUTHORIZATION is open to everyone, since the session was a superuser's when it began.
 */
export function createSharedSession(upstream: Upstream): Sessions {
  let client: Client | undefined
  let loggedIn: string | undefined
  let turn: Promise<void> = Promise.resolve()

  const connected = async (): Promise<Result<Client, ProxyError>> => {
    if (client) return ok(client)
    // PGlite frees the place of a socket that was just closed a moment after the fact.
    for (let attempt = 1; ; attempt += 1) {
      const [opened, error] = await openClient(upstream, SUPERUSER)
      if (opened) {
        opened.once('end', () => {
          client = undefined
          loggedIn = undefined
        })
        client = opened
        return ok(opened)
      }
      if (attempt === CONNECT_ATTEMPTS) return fail(error)
      await delay(ATTEMPT_DELAY_MS)
    }
  }

  const logIn = async (session: Client, role: string): Promise<Result<Client, ProxyError>> => {
    const become = `set session authorization ${escapeIdentifier(role)}`
    if (loggedIn === role) {
      // Another socket may have changed the common session's user meanwhile, and policies hang on it.
      await session.query(become)
      return ok(session)
    }
    loggedIn = undefined
    // RESET and DEFAULT keep the role; only its name brings the superuser back.
    await session.query(`set session authorization ${SUPERUSER.role}`)
    await session.query('discard all')
    const { rowCount } = await session.query('select from pg_roles where rolname = $1 and rolcanlogin', [role])
    if (rowCount === 0) return fail(wrongCredentials(role))
    await session.query(APPLY_SETTINGS, [role])
    await session.query(become)
    loggedIn = role
    return ok(session)
  }

  const forget = async (session: Client) => {
    loggedIn = undefined
    if (session.getTransactionStatus() !== 'I') await session.query('rollback').catch(() => {})
  }

  const acquire: Sessions['acquire'] = async (login) => {
    const before = turn
    const mine = Promise.withResolvers<void>()
    turn = mine.promise
    await before

    const [session, unreachable] = await connected()
    const [ready, refused] = unreachable
      ? fail(unreachable)
      : await logIn(session, login.role).catch((error: unknown) => fail(queryFailure(error)))
    if (refused) {
      mine.resolve()
      return fail(refused)
    }
    const lease: Lease = {
      client: ready,
      release: async (keep) => {
        if (!keep) await forget(ready)
        mine.resolve()
      },
    }
    return ok(lease)
  }

  return {
    acquire,
    close: async () => {
      await turn
      await client?.end().catch(() => {})
    },
  }
}
