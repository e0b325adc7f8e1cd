import { measureCpu } from './cpu.ts'
import { measureExport } from './export.ts'
import { measureHostile } from './hostile.ts'
import { measureInstall } from './install.ts'
import { measureLayouts } from './layouts.ts'
import { measureOrigins } from './origins.ts'
import { measureQueue } from './queue.ts'
import { measureRetrieval } from './retrieval.ts'
import { measureScale } from './scale.ts'
import { measureSearch } from './search.ts'
import { measureSize } from './size.ts'
import { measureTokens } from './tokens.ts'
import { measureWrite } from './write.ts'
import { measureWriters } from './writers.ts'

// `npm run bench` runs all of them, `npm run bench -- cpu size` some.
const PARTS: Record<string, () => Promise<void>> = {
  cpu: measureCpu,
  size: measureSize,
  tokens: measureTokens,
  origins: measureOrigins,
  hostile: measureHostile,
  write: measureWrite,
  export: measureExport,
  scale: measureScale,
  writers: measureWriters,
  search: measureSearch,
  layouts: measureLayouts,
  retrieval: measureRetrieval,
  queue: measureQueue,
  install: measureInstall,
}

const names = process.argv.slice(2)
const unknown = names.find((name) => !(name in PARTS))
if (unknown !== undefined) {
  console.error(`There is no benchmark "${unknown}". There are: ${Object.keys(PARTS).join(', ')}.`)
  process.exit(1)
}
for (const [name, run] of Object.entries(PARTS)) {
  if (names.length > 0 && !names.includes(name)) continue
  console.log(`\n# ${name}`)
  await run()
}
