import { fileURLToPath } from 'node:url'
import { runCommand } from './command.ts'
import { openPglite, openScratch } from './database.ts'
import { checkUpgrade } from './upgrade/check.ts'

const checkout = fileURLToPath(new URL('..', import.meta.url))

/** `npm run check:upgrade`: checks that the deployed release runs on this commit's schema, and this commit on the release's data. */
async function main(): Promise<void> {
  const server = process.env.DATABASE_URL
  const faults = await checkUpgrade({
    releasesFile: `${checkout}docs/releases.md`,
    repository: checkout,
    checkout,
    migrations: `${checkout}migrations`,
    openDatabase: (migrate) => (server ? openScratch(server, migrate) : openPglite(undefined, migrate)),
    say: (line) => console.log(line),
  })
  if (!faults) return console.log('Skipped: docs/releases.md says that no release is deployed yet.')
  for (const fault of faults.slice(0, SHOWN)) console.error(fault)
  if (faults.length > SHOWN) console.error(`… and ${faults.length - SHOWN} more`)
  if (faults.length > 0)
    throw new Error('The deployed release cannot be upgraded to this commit. See docs/upgrading.md.')
}

const SHOWN = 30

await runCommand(main)
