import type { RunOptions, RunSize } from './part.ts'
import { askAll, piecesOf, sidesOf } from './retrieval/ask.ts'
import { type RetrievalBed, withRetrievalBed } from './retrieval/bed.ts'
import { isModel, MODELS } from './retrieval/embedding.ts'
import { mtragSet } from './retrieval/mtrag.ts'
import { printFigures, printHeader, printLate } from './retrieval/report.ts'
import type { RetrievalSet } from './retrieval/set.ts'
import { multilingualSet, readmeSet } from './retrieval/sets.ts'
import { fillLibrary, type StoredTexts } from './retrieval/store.ts'

/** How many READMEs a smoke run searches. */
const FEW = 12
/** Messages of one conversation. */
const TALK = 10

/**
 * Questions with known answers, asked through the API in each mode, and how many of the answers are among the first:
 * about the READMEs of installed packages, about their texts in eight languages, and with `--mtrag FILE` those of
 * MTRAG-UN. On the server of `DATABASE_URL`, else embedded.
 *
 * `--set NAME` takes one of the sets; `--as messages` stores the texts in conversations; `--model use-lite` embeds with a
 * small real model, and the `EMBEDDING_…` variables choose another one. `VERBOSE=1` lists what hybrid misses;
 * `CHUNK_SIZE` and `CHUNK_OVERLAP` cut other chunks.
 */
export async function measureRetrieval(
  size: RunSize,
  serverUrl: string | undefined,
  { mtrag, set: only, as = 'documents', model }: RunOptions,
): Promise<void> {
  if (as !== 'documents' && as !== 'messages') throw new Error('--as is documents or messages')
  if (model !== undefined && !isModel(model)) throw new Error(`--model is one of ${MODELS.join(', ')}`)
  const sets = await readSets(size, mtrag, only)
  await withRetrievalBed({ serverUrl, model }, async (bed) => {
    const late: (() => void)[] = []
    console.log(
      `Texts are ${as} on ${bed.label}, embedded by ${model ?? process.env.EMBEDDING_MODEL ?? 'the lexical embedder'}.`,
    )
    printHeader()
    for (const set of sets) late.push(...(await measureSet(set, bed, as)))
    for (const print of late) print()
  })
}

async function readSets(size: RunSize, mtrag: string | undefined, only: string | undefined): Promise<RetrievalSet[]> {
  if (size === 'smoke') return [await readmeSet(FEW)]
  const readers: Record<string, () => Promise<RetrievalSet>> = {
    readmes: () => readmeSet(),
    multilingual: multilingualSet,
    ...(mtrag !== undefined && { mtrag: () => mtragSet(mtrag) }),
  }
  const names = Object.keys(readers).filter((name) => only === undefined || name === only)
  if (names.length === 0)
    throw new Error(`--set is one of ${Object.keys(readers).join(', ')}; mtrag needs --mtrag FILE`)
  return Promise.all(names.map((name) => readers[name]?.() ?? readmeSet()))
}

/** @returns what is to be printed behind the table */
async function measureSet(set: RetrievalSet, bed: RetrievalBed, as: 'documents' | 'messages'): Promise<(() => void)[]> {
  const library = await fillLibrary(await bed.newAccount(), toStore(set, as))
  const byDocument = as === 'documents' && set.unit === 'text'
  const sides = sidesOf(set, { library, downUrl: bed.downUrl, byDocument, chunking: chosenChunking() })
  const seconds = (library.milliseconds / 1000).toFixed(0)
  const late = [() => console.log(`  ${set.name}: ${set.texts.length} texts, stored and embedded in ${seconds} s.`)]
  for (const way of set.ways) {
    const name = way.name === '' ? set.name : `${set.name}, ${way.name}`
    const asked = await askAll(way, sides)
    printFigures(name, asked)
    late.push(() => printLate(name, asked))
  }
  return late
}

/** Chunks of long texts are messages of one conversation; short texts are put together. */
function toStore(set: RetrievalSet, as: 'documents' | 'messages'): StoredTexts {
  const chunking = chosenChunking()
  if (as === 'documents') return { documents: set.texts, chunking }
  const messages = piecesOf(set, chunking).map((piece, index) => ({
    ...piece,
    conversation: set.unit === 'chunk' ? piece.id : String(Math.floor(index / TALK)),
  }))
  return { messages }
}

function chosenChunking(): StoredTexts['chunking'] {
  const { CHUNK_SIZE: size, CHUNK_OVERLAP: overlap } = process.env
  return size ? { size: Number(size), overlap: Number(overlap ?? 0) } : undefined
}
