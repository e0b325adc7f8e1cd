import type { RunOptions, RunSize } from './part.ts'
import { withRetrievalBed } from './retrieval/bed.ts'
import { isModel, MODELS } from './retrieval/embedding.ts'
import { EVERYDAY_QUERIES } from './retrieval/everyday/queries.ts'
import { EVERYDAY_KINDS, type EverydayQuery } from './retrieval/everyday/query.ts'
import { EVERYDAY_TEXTS } from './retrieval/everyday/texts.ts'
import { fillLibrary, inParallel, type Library, type SearchQuery, type StoredTexts } from './retrieval/store.ts'

/** A text counts as found among so many hits. */
const FIRST = 3
/** All texts fit: what a query excludes must be nowhere. */
const LIMIT = 50

const SIDES = ['keyword', 'hybrid', 'hybrid, provider down'] as const
type Asked = EverydayQuery & { found: Record<(typeof SIDES)[number], boolean> }

/**
 * Everyday queries over short texts in many languages, messages and documents of one user: how many find their text among
 * the first three by keyword, by hybrid search, and by hybrid search with the provider down. Misspelt ones are for hybrid
 * search alone. `VERBOSE=1` lists what is missed; `--model` and the `EMBEDDING_…` variables choose another model.
 */
export async function measureEveryday(
  size: RunSize,
  serverUrl: string | undefined,
  { model }: RunOptions,
): Promise<void> {
  if (model !== undefined && !isModel(model)) throw new Error(`--model is one of ${MODELS.join(', ')}`)
  const queries = EVERYDAY_QUERIES.filter((_, index) => size === 'full' || index % 10 === 0)
  await withRetrievalBed({ serverUrl, model }, async ({ newAccount, downUrl, label }) => {
    const library = await fillLibrary(await newAccount(), everydayLibrary())
    const asked = await inParallel(queries, async (query): Promise<Asked> => ({
      ...query,
      found: {
        keyword: await finds(library, query, 'keyword'),
        hybrid: await finds(library, query, 'hybrid'),
        'hybrid, provider down': await finds(library, query, 'hybrid', downUrl),
      },
    }))
    console.log(
      `${queries.length} queries over ${EVERYDAY_TEXTS.length} texts on ${label}: found among the first ${FIRST}.`,
    )
    report(asked)
  })
}

function everydayLibrary(): StoredTexts {
  const texts = EVERYDAY_TEXTS.map((text) => ({
    ...text,
    conversation: text.title,
    format: 'text' as const,
    language: text.language ?? ('simple' as const),
  }))
  return {
    documents: texts.filter(({ source }) => source === 'document'),
    messages: texts.filter(({ source }) => source === 'message'),
  }
}

async function finds(
  library: Library,
  { query, right, excluded = [] }: EverydayQuery,
  mode: SearchQuery['mode'],
  url?: string,
): Promise<boolean> {
  const found = await library.search({ query, mode, limit: LIMIT }, url)
  return found.slice(0, FIRST).some(({ text }) => text === right) && !found.some(({ text }) => excluded.includes(text))
}

function report(asked: readonly Asked[]): void {
  printRow('kind', ['queries', ...SIDES])
  for (const kind of ['all', ...EVERYDAY_KINDS]) {
    const some = asked.filter((one) => kind === 'all' || one.kind === kind)
    const counts = SIDES.map((side) => {
      const tried = some.filter((one) => isTried(one, side))
      return tried.length === 0 ? '–' : `${tried.filter(({ found }) => found[side]).length} of ${tried.length}`
    })
    printRow(kind, [String(some.length), ...counts])
  }
  if (!process.env.VERBOSE) return
  for (const one of asked) {
    const missed = SIDES.filter((side) => isTried(one, side) && !one.found[side])
    if (missed.length > 0) console.log(`  ${one.kind}: ${one.query} → ${one.right}: missed by ${missed.join('; ')}`)
  }
}

/** Only similarity can find what is misspelt. */
const isTried = ({ kind }: EverydayQuery, side: (typeof SIDES)[number]): boolean => side === 'hybrid' || kind !== 'typo'

const printRow = (kind: string, figures: readonly string[]): void =>
  console.log(`  ${kind.padEnd(12)}${figures.map((figure) => figure.padStart(24)).join('')}`)
