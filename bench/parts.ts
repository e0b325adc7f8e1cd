import { measureChat } from './chat.ts'
import { measureClient } from './client.ts'
import { measureContext } from './context.ts'
import { measureCost } from './cost.ts'
import { measureCpu } from './cpu.ts'
import { measureEveryday } from './everyday.ts'
import { measureExport } from './export.ts'
import { measureHostile } from './hostile.ts'
import { measureInstall } from './install.ts'
import { measureLayouts } from './layouts.ts'
import { measureOrigins } from './origins.ts'
import { anywhere, onLinux, onServer, type Part } from './part.ts'
import { measureQueue } from './queue.ts'
import { measureRelease } from './release.ts'
import { measureRetrieval } from './retrieval.ts'
import { measureScale } from './scale.ts'
import { measureSearch } from './search.ts'
import { measureSize } from './size.ts'
import { measureTokenEstimate } from './token-estimate.ts'
import { measureTokens } from './tokens.ts'
import { measureWrite } from './write.ts'
import { measureWriters } from './writers.ts'

const OWN_DATABASE = 'It creates and drops a database of its own there.'
const NO_RACE = 'The embedded Postgres has one session, so nothing runs concurrently.'

/** All benchmarks by name, in the order in which they run. */
export const PARTS: Readonly<Record<string, Part>> = {
  cpu: onLinux(measureCpu),
  size: anywhere(measureSize),
  client: anywhere(measureClient),
  chat: anywhere(measureChat),
  tokens: onLinux(measureTokens),
  'token-estimate': anywhere(measureTokenEstimate),
  origins: onServer(
    measureOrigins,
    'The embedded Postgres has one connection; a pool and latencies mean something on a real server only.',
  ),
  hostile: onLinux(measureHostile),
  cost: anywhere(measureCost),
  write: onServer(
    measureWrite,
    'The embedded Postgres does not wait for the disk at a commit, which is part of what a write costs.',
  ),
  release: onServer(measureRelease, 'The embedded Postgres takes longer than either Worker, which hides what differs.'),
  export: onLinux(measureExport),
  scale: onServer(measureScale, OWN_DATABASE),
  writers: onServer(measureWriters, NO_RACE),
  search: onServer(measureSearch, OWN_DATABASE),
  context: onServer(measureContext, OWN_DATABASE),
  layouts: onServer(measureLayouts, OWN_DATABASE),
  retrieval: anywhere(measureRetrieval),
  everyday: anywhere(measureEveryday),
  queue: onServer(measureQueue, NO_RACE),
  install: anywhere(measureInstall),
}
