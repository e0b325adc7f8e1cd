import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { connected } from '../../../dev/connect.ts'
import type { Upstream } from '../../../dev/neon/session.ts'
import type { WorkerRole } from '../../../dev/passwords.ts'
import { startNeonProxy } from './neon-proxy.ts'
import { makeCertificate } from './wire.ts'

/** A Neon project, rebuilt on the server of DATABASE_URL. */
export interface RebuiltNeon {
  database: string
  owner: string
  /** The group that the console puts its roles in. */
  group: string
  /** What the console shows as the connection string of the owner, on the port of the proxy. */
  ownerUrl: string
  /** For commands: they find the host, and trust its certificate. */
  environment: Record<string, string>
  /** For the endpoint in this process. */
  upstream: Upstream
  /** Runs `work` on a connection that logged in through the proxy. */
  as<T>(role: string, password: string, work: (client: Client) => Promise<T>): Promise<T>
  asOwner<T>(work: (client: Client) => Promise<T>): Promise<T>
  /** What the server calls a role of the Worker. Roles belong to the whole cluster, where others have those names. */
  nameOf(role: WorkerRole): string
  asSuperuser<T>(work: (client: Client) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** What a login role of this transaction lacks, if it lacks a password. Only a superuser may look. */
const CONTROL_PLANE = `
  create schema control_plane;
  create function control_plane.objection() returns text language sql security definer set search_path = pg_catalog as $$
    select 'Neon does not support roles with empty passwords' from pg_authid
    where rolcanlogin and rolpassword is null and pg_xact_status(xmin::text::xid8) = 'in progress' limit 1 $$;
  grant usage on schema control_plane to public`

/**
 * The roles are those of a dump of a project: an owner who is no superuser, but may make roles and databases and gets past row-level
 * security, in a group that may do the same. The extension is made by a superuser: pgvector's is trusted on Neon, not elsewhere.
 */
export async function rebuildNeon(url: string): Promise<RebuiltNeon> {
  const id = randomBytes(5).toString('hex')
  const [database, owner, group] = [`neon_${id}`, `neon_owner_${id}`, `neon_superuser_${id}`]
  const host = `ep-cool-rain-${id}.eu-central-1.aws.neon.tech`
  const password = randomBytes(16).toString('hex')
  const names = new Map([
    ['parley_app', `p_${id.slice(0, 8)}`],
    ['parley_system', `p_system_${id.slice(0, 4)}`],
  ])
  const inside = new URL(url)
  inside.pathname = `/${database}`
  const attributes = 'createrole createdb replication bypassrls'
  await connected(url, async (superuser) => {
    await superuser.query(`create role ${group} nologin ${attributes}
      in role pg_read_all_data, pg_write_all_data, pg_create_subscription;
      grant pg_monitor to ${group} with admin option;
      create role ${owner} login ${attributes} in role ${group} password '${password}'`)
    await superuser.query(`create database ${database} owner ${owner}`)
  })
  await connected(inside.href, (superuser) =>
    superuser.query(`${CONTROL_PLANE}; create extension vector;
      alter schema public owner to ${owner}; grant all on schema public to public`),
  )
  const certificate = makeCertificate(host)
  const upstream = { host: inside.hostname, port: Number(inside.port || 5432) }
  const objection = 'select control_plane.objection()'
  const proxy = await startNeonProxy({ upstream, host, certificate, names, objection })
  const reached = { host: '127.0.0.1', port: proxy.port, ssl: { ca: certificate.cert, servername: host } }
  const as: RebuiltNeon['as'] = async (user, password, work) => {
    const client = new Client({ ...reached, user, password, database })
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end()
    }
  }
  return {
    database,
    owner,
    group,
    ownerUrl: `postgres://${owner}:${password}@${host}:${proxy.port}/${database}`,
    environment: { NODE_OPTIONS: resolving(host), NODE_EXTRA_CA_CERTS: certificate.file },
    upstream: reached,
    as,
    asOwner: (work) => as(owner, password, work),
    nameOf: (role) => names.get(role) ?? role,
    asSuperuser: (work) => connected(inside.href, work),
    close: async () => {
      await proxy.close()
      certificate.remove()
      await connected(url, (superuser) => superuser.query(`drop database ${database} with (force)`))
      await connected(url, (superuser) =>
        superuser.query(`drop role if exists ${[...names.values()].join()}; drop role ${owner}; drop role ${group}`),
      )
    },
  }
}

/** An option of Node's with which a name is this machine. */
export function resolving(host: string): string {
  const hook = `import dns from 'node:dns'; const { lookup } = dns;
    dns.lookup = (name, ...rest) => lookup(name === '${host}' ? '127.0.0.1' : name, ...rest)`
  return `--import=data:text/javascript,${encodeURIComponent(hook)}`
}
