import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { signInLocally } from '../cognito.ts'
import type { LocalDatabase } from '../database.ts'
import { applyMigrations, describeMigration } from '../migrate.ts'
import type { Migration } from '../migrations.ts'
import { call } from './client.ts'
import type { Findings } from './findings.ts'
import { runJobs } from './jobs.ts'
import { differences, readEverything, readExport } from './read-back.ts'
import { type OpenApi, samplesOf } from './samples.ts'
import { runSamples, runVariants } from './smoke.ts'
import type { TestBed } from './test-bed.ts'
import { type VisitorPool, createVisitorPool, type Visitor } from './visitor.ts'

export interface Rehearsal {
  /** The directory with the files of the release. */
  tree: string
  /** The directory with the files of this commit. Its migrations are given apart. */
  checkout: string
  migrations: readonly Migration[]
  /** With the schema of the release. */
  database: LocalDatabase
  testBed: TestBed
  findings: Findings
  say: (line: string) => void
}

interface Version {
  url: string
  document: OpenApi
}

/** How many users have data when the migrations run. */
const VISITORS = 12

/**
 * Rehearses a deploy and its rollback: the release stores data, the migrations run, the release is used on the new schema, this commit
 * reads and changes the release's data, and the release reads this commit's data.
 */
export async function rehearse(rehearsal: Rehearsal): Promise<void> {
  const { tree, checkout, migrations, database, testBed, findings, say } = rehearsal
  const release = await startVersion(testBed, 'release', tree)
  const visitors = await createVisitorPool(release.url, testBed.cognito, VISITORS)
  await testBed.idle()
  const applied = await database.asOwner((owner) => applyMigrations(owner, migrations))
  say(`schema: ${VISITORS} users of the release have data; ${describeMigration(applied)}`)

  const covered = await smoke(release, visitors, rehearsal)
  say(`the release on this schema: ${covered}`)
  if (findings.faults().length === 0) {
    const current = await startVersion(testBed, 'current', checkout)
    say(`this commit on the release's data: ${await takeOver(release, current, visitors, rehearsal)}`)
    say(`the release on this commit's data: ${await rollBack(release, visitors, rehearsal)}`)
  }
  say(`${covered}; ${findings.answers()} answers, ${findings.failures()} of 5xx`)
}

async function startVersion(testBed: TestBed, name: string, directory: string): Promise<Version> {
  const document = await readFile(join(directory, 'src/public/openapi.json'), 'utf8')
  return { ...(await testBed.startVersion(name, directory)), document: JSON.parse(document) as OpenApi }
}

/** Returns what was covered, as text. */
async function smoke(
  release: Version,
  visitors: VisitorPool,
  { database, testBed, findings }: Rehearsal,
): Promise<string> {
  const { url, document } = release
  const samples = samplesOf(document)
  const variants = await runVariants(url, document, await visitors.next(), findings)
  const { called, unknown } = await runSamples({ url, samples, visitors, findings })
  for (const operation of unknown)
    findings.fault(`${operation}: add a value for its path parameter to dev/upgrade/visitor.ts`)
  const jobs = await runJobs({ url, database, testBed, findings })
  return `${called.size} operations (${samples.length} samples, ${variants} queries), ${jobs.length} background jobs (${jobs.join(', ')})`
}

async function takeOver(release: Version, current: Version, visitors: VisitorPool, { testBed, findings }: Rehearsal) {
  const { url, document } = current
  let read = 0
  const known = [...visitors.all()]
  for (const person of known) {
    const token = await signInAgain(release, testBed, person)
    const stored = await readExport({ url: release.url, token, findings })
    const found = await readExport({ url, token, findings })
    for (const text of differences(stored ?? [], found ?? [])) findings.fault(`exportMe: ${text} in this version`)
    read += await readEverything({ url, document, token, findings })
  }
  const { called, unknown } = await runSamples({ url, samples: samplesOf(document), visitors, findings })
  const without =
    unknown.size > 0 ? ` (skipped, as the release cannot create their items: ${[...unknown].join(', ')})` : ''
  return `${read} lists and items, ${known.length} exports compared, ${called.size} operations${without}`
}

async function rollBack({ url, document }: Version, visitors: VisitorPool, { testBed, findings }: Rehearsal) {
  let read = 0
  for (const person of visitors.all()) {
    const token = await signInAgain({ url }, testBed, person)
    read += await readEverything({ url, document, token, findings })
    await readExport({ url, token, findings })
  }
  return `${read} lists and items, ${visitors.all().length} complete exports`
}

/** Some samples sign their visitor out, or delete the account. */
async function signInAgain({ url }: Pick<Version, 'url'>, { cognito }: TestBed, { email }: Visitor): Promise<string> {
  const { accessToken } = await signInLocally(cognito, email)
  await call(url, accessToken, 'POST', '/v1/session', {})
  return accessToken
}
