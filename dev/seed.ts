import { runCommand } from './command.ts'
import { dataDirectory } from './running.ts'
import { ada } from './seed/people/ada.ts'
import { mateo } from './seed/people/mateo.ts'
import { noor } from './seed/people/noor.ts'
import { priya } from './seed/people/priya.ts'
import { yuki } from './seed/people/yuki.ts'
import type { Person } from './seed/person.ts'
import { type Planted, plantPerson } from './seed/plant.ts'
import { openSeedTarget } from './seed/target.ts'

const people: readonly Person[] = [ada, mateo, noor, priya, yuki]

/** `npm run db:seed`: believable users with their conversations and documents. A second run finds everything there. */
async function main(): Promise<void> {
  const force = process.argv.includes('--force')
  const target = await openSeedTarget({ dataDir: dataDirectory(), databaseUrl: process.env.DATABASE_URL, force })
  try {
    console.log(`Seeding ${target.label} …`)
    for (const person of people) {
      console.log(`  ${person.email.padEnd(18)} ${describe(await plantPerson(target, person))}`)
    }
    console.log(`Sign in as one of them: npm run --silent token -- ${ada.email}`)
  } finally {
    await target.close()
  }
}

function describe({ user, conversations, messages, documents }: Planted): string {
  if (!user && conversations + messages + documents === 0) return 'all there'
  const added = `${conversations} conversations, ${messages} messages, ${documents} documents`
  return user ? `registered, ${added}` : added
}

await runCommand(main)
