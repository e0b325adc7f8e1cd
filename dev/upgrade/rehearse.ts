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
import type { Stage } from './stage.ts'
import { type Crowd, gatherCrowd, type Visitor } from './visitor.ts'

export interface Rehearsal {
  /** The files of the release. */
  tree: string
  /** Those of this commit, save for its migrations. */
  checkout: string
  migrations: readonly Migration[]
  /** With the schema of the release. */
  database: LocalDatabase
  stage: Stage
  findings: Findings
  say: (line: string) => void
}

interface Version {
  url: string
  document: OpenApi
}

/** So many users have data when the migrations run. */
const CROWD = 12

/**
 * A deploy and its rollback, step by step: the release stores data; the migrations run; the release goes on; this commit reads and
 * changes what the release has stored; the release reads what this commit has stored.
 */
export async function rehearse(rehearsal: Rehearsal): Promise<void> {
  const { tree, checkout, migrations, database, stage, findings, say } = rehearsal
  const release = await startVersion(stage, 'release', tree)
  const crowd = await gatherCrowd(release.url, stage.cognito, CROWD)
  await stage.quiet()
  const applied = await database.asOwner((owner) => applyMigrations(owner, migrations))
  say(`schema: ${CROWD} users of the release have data; ${describeMigration(applied)}`)

  const covered = await smoke(release, crowd, rehearsal)
  say(`the release on this schema: ${covered}`)
  if (findings.faults().length === 0) {
    const current = await startVersion(stage, 'current', checkout)
    say(`this commit on the release's data: ${await takeOver(release, current, crowd, rehearsal)}`)
    say(`the release on this commit's data: ${await rollBack(release, crowd, rehearsal)}`)
  }
  say(`${covered}; ${findings.answers()} answers, ${findings.failures()} of 5xx`)
}

async function startVersion(stage: Stage, name: string, directory: string): Promise<Version> {
  const document = await readFile(join(directory, 'src/public/openapi.json'), 'utf8')
  return { ...(await stage.startVersion(name, directory)), document: JSON.parse(document) as OpenApi }
}

/** @returns what was covered, for people */
async function smoke(release: Version, crowd: Crowd, { database, stage, findings }: Rehearsal): Promise<string> {
  const { url, document } = release
  const samples = samplesOf(document)
  const variants = await runVariants(url, document, await crowd.next(), findings)
  const { called, unknown } = await runSamples({ url, samples, crowd, findings })
  for (const operation of unknown) findings.fault(`${operation}: dev/upgrade/visitor.ts makes nothing for its path`)
  const jobs = await runJobs({ url, database, stage, findings })
  return `${called.size} operations (${samples.length} samples, ${variants} queries), ${jobs.length} background jobs (${jobs.join(', ')})`
}

async function takeOver(release: Version, current: Version, crowd: Crowd, { stage, findings }: Rehearsal) {
  const { url, document } = current
  let read = 0
  const everybody = [...crowd.everybody()]
  for (const person of everybody) {
    const token = await signInAgain(release, stage, person)
    const stored = await readExport({ url: release.url, token, findings })
    const found = await readExport({ url, token, findings })
    for (const text of differences(stored ?? [], found ?? [])) findings.fault(`exportMe: ${text} in this version`)
    read += await readEverything({ url, document, token, findings })
  }
  const { called, unknown } = await runSamples({ url, samples: samplesOf(document), crowd, findings })
  const without = unknown.size > 0 ? ` (not ${[...unknown].join(', ')}, for which the release makes nothing)` : ''
  return `${read} lists and items, ${everybody.length} exports compared, ${called.size} operations${without}`
}

async function rollBack({ url, document }: Version, crowd: Crowd, { stage, findings }: Rehearsal) {
  let read = 0
  for (const person of crowd.everybody()) {
    const token = await signInAgain({ url }, stage, person)
    read += await readEverything({ url, document, token, findings })
    await readExport({ url, token, findings })
  }
  return `${read} lists and items, ${crowd.everybody().length} complete exports`
}

/** The samples have signed some of them out, and deleted the accounts of others. */
async function signInAgain({ url }: Pick<Version, 'url'>, { cognito }: Stage, { email }: Visitor): Promise<string> {
  const { accessToken } = await signInLocally(cognito, email)
  await call(url, accessToken, 'POST', '/v1/session', {})
  return accessToken
}
