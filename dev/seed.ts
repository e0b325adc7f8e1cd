import { runCommand } from './command.ts'
import { dataDirectory } from './running.ts'
import { ada } from './seed/people/ada.ts'
import { mateo } from './seed/people/mateo.ts'
import { noor } from './seed/people/noor.ts'
import { priya } from './seed/people/priya.ts'
import { yuki } from './seed/people/yuki.ts'
import type { Person } from './seed/person.ts'
import { embedPlanted, type Planted, plantPerson } from './seed/plant.ts'
import { openSeedTarget } from './seed/target.ts'

const people: readonly Person[] = [ada, mateo, noor, priya, yuki]

/** `npm run db:seed`: believable users with their conversations. A second run finds everything there. */
async function main(): Promise<void> {
  const force = process.argv.includes('--force')
  const target = await openSeedTarget({ dataDir: dataDirectory(), databaseUrl: process.env.DATABASE_URL, force })
  try {
    console.log(`Seeding ${target.label} …`)
    const messageIds: string[] = []
    for (const person of people) {
      const planted = await plantPerson(target, person)
      messageIds.push(...planted.messageIds)
      console.log(`  ${person.email.padEnd(18)} ${describe(planted)}`)
    }
    const { embedded } = await embedPlanted(target, messageIds)
    if (embedded > 0) console.log(`  ${embedded} messages embedded`)
    console.log(`Sign in as one of them: npm run --silent token -- ${ada.email}`)
  } finally {
    await target.close()
  }
}

function describe({ user, conversations, messages }: Planted): string {
  if (!user && conversations === 0 && messages === 0) return 'all there'
  const added = `${conversations} conversations, ${messages} messages`
  return user ? `registered, ${added}` : added
}

await runCommand(main)
