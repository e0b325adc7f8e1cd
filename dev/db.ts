import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Client } from 'pg'
import { runCommand } from './command.ts'
import { refusePooler, secureUrl } from './connect.ts'
import { connected, type LocalDatabase, openPglite, serverLabel } from './database.ts'
import { applyMigrations, describeMigration, refuseOtherVersions } from './migrate.ts'
import { passwordsFrom, PASSWORD_VARIABLES } from './passwords.ts'
import { ensureRoles } from './roles.ts'
import { dataDirectory, findRunning } from './running.ts'

const USAGE = `Say what to do:
  npm run db:migrate   apply the migrations that the database lacks
  npm run db:push      try out what src/features/*/table.ts says, before it is a migration
  npm run db:studio    look at the data in Drizzle Studio
On the local data, or on the server of DATABASE_URL.`

/** `node dev/db.ts migrate | push | studio`; what follows goes to drizzle-kit. */
function main([command, ...options]: string[]): Promise<void> {
  const url = process.env.DATABASE_URL
  if (command !== 'migrate' && command !== 'push' && command !== 'studio') throw new Error(USAGE)
  return url ? onServer(url, command, options) : onLocalData(command, options)
}

type Command = 'migrate' | 'push' | 'studio'

async function onServer(url: string, command: Command, options: string[]): Promise<void> {
  if (command !== 'studio') await migrateServer(url)
  const label = await connected(url, async (owner) => {
    if (command === 'studio') await warnOfHiddenRows(owner)
    return serverLabel(owner)
  })
  // On a server that others may use, drizzle-kit asks before it changes anything.
  if (command === 'push') await runDrizzleKit(url, ['push', '--verbose', '--strict', ...options])
  if (command === 'studio') await openStudio(url, label, options)
}

/** What may refuse comes first, so that a refused run has changed nothing. */
async function migrateServer(url: string): Promise<void> {
  refusePooler(url)
  const passwords = passwordsFrom(process.env)
  await connected(url, async (owner) => {
    if ((owner.user ?? '') in PASSWORD_VARIABLES) {
      throw new Error(`${owner.user} is the Worker's role. Migrate as the owner of the database.`)
    }
    await refuseOtherVersions(owner)
    await ensureRoles(owner, passwords)
    console.log(`${serverLabel(owner)}: ${describeMigration(await applyMigrations(owner))}`)
  })
}

async function onLocalData(command: Command, options: string[]): Promise<void> {
  const dataDir = dataDirectory()
  const running = await findRunning(dataDir)
  if (running?.embedded) throw new Error(inUse(command, dataDir, running))
  const database = await openPglite(join(dataDir, 'postgres'))
  try {
    console.log(`${database.label}: ${describeMigration(database.applied)}`)
    if (command === 'push') {
      // All of PGlite's sockets share one session: while the owner has it, drizzle-kit works as the owner.
      await database.asOwner(() => runDrizzleKit(urlOf(database), ['push', '--verbose', ...options]))
    }
    // The superuser's session, since row-level security hides every row from the owner.
    if (command === 'studio') await openStudio(urlOf(database), database.label, options)
  } finally {
    await database.close()
  }
}

const urlOf = ({ upstream, name }: LocalDatabase) => `postgres://postgres@${upstream.host}:${upstream.port}/${name}`

function inUse(command: Command, dataDir: string, { url, pid }: { url: string; pid: number }): string {
  const instead = {
    migrate: 'npm run dev applies the migrations whenever it starts: start it again.',
    push: 'Stop it (Ctrl-C), push, and start it again.',
    studio: 'Stop it (Ctrl-C) first. To look while it runs, keep the data on a server: DATABASE_URL=… npm run dev',
  }
  return `Parley runs on the data in ${dataDir} (${url}, process ${pid}), and PGlite serves one process only.\n${instead[command]}`
}

/** FORCE binds the owner too: without this line an empty table in Studio would look like lost data. */
async function warnOfHiddenRows(client: Client): Promise<void> {
  const role = await client.query('select from pg_roles where rolname = current_user and (rolsuper or rolbypassrls)')
  if (role.rowCount === 0) {
    console.log(`${client.user} sees no rows: row-level security holds for the owner too. Use a superuser to see them.`)
  }
}

function openStudio(url: string, label: string, options: string[]): Promise<void> {
  console.log(`Drizzle Studio on ${label}. Ctrl-C ends it.`)
  // By itself it would listen for the whole network.
  return runDrizzleKit(url, ['studio', '--host', '127.0.0.1', ...options])
}

const stay = () => {}

/** Hands the terminal to drizzle-kit until it ends; Ctrl-C reaches it by itself, a SIGTERM is passed on. */
async function runDrizzleKit(url: string, args: string[]): Promise<void> {
  const child = spawn(process.execPath, ['node_modules/drizzle-kit/bin.cjs', ...args], {
    stdio: 'inherit',
    env: { ...process.env, DATABASE_URL: secureUrl(url) },
  })
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal)
  process.on('SIGINT', stay).on('SIGTERM', passOn)
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('exit', (...end) => resolve(end))
  })
  process.off('SIGINT', stay).off('SIGTERM', passOn)
  if (code !== 0 && !signal && code !== 130) throw new Error(`drizzle-kit ${args[0]} ended with code ${code}.`)
}

await runCommand(async () => main(process.argv.slice(2)))
