import { parseArgs } from 'node:util'
import { runCommand } from './command.ts'
import { findByEmail, type FoundUser } from './users/find-by-email.ts'
import { onAllUsers } from './users/target.ts'

const USAGE = `Say what to do:
  npm run users -- find ada@example.com            all users with this e-mail address, in any case
  npm run --silent users -- find ada@… --json      the same for a script: a list, empty if there is none
On the database of DATABASE_URL, as its owner, or of the local stack that runs.`

const COLUMNS: [title: string, value: (user: FoundUser) => string][] = [
  ['id', ({ id }) => id],
  // It comes from outside: nothing in it may move the cursor.
  ['e-mail', ({ email }) => email.replaceAll(/\p{Cc}/gu, '?')],
  ['verified', ({ emailVerified }) => (emailVerified ? 'yes' : 'no')],
  ['created', ({ createdAt }) => createdAt],
  ['last login', ({ lastLogin }) => lastLogin],
  ['deleted', ({ deletedAt }) => deletedAt ?? ''],
]

function toTable(users: readonly FoundUser[]): string {
  const lines = [COLUMNS.map(([title]) => title), ...users.map((user) => COLUMNS.map(([, value]) => value(user)))]
  const widths = COLUMNS.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  return lines.map((line) => `  ${line.map((text, i) => text.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd()).join('\n')
}

/** `node dev/users.ts find <e-mail> [--json]` */
async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' } } })
  const [command, email, ...rest] = positionals
  if (command !== 'find' || !email || rest.length > 0) throw new Error(USAGE)
  await onAllUsers(async (query, label) => {
    const users = await findByEmail(query, email)
    if (values.json) return console.log(JSON.stringify(users, null, 2))
    console.log(label)
    console.log(users.length > 0 ? toTable(users) : '  No user has this e-mail address.')
  })
}

await runCommand(() => main(process.argv.slice(2)))
