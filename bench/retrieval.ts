import { signInLocally } from '../dev/cognito.ts'
import { freePort } from '../dev/ports.ts'
import { startStack } from '../dev/stack.ts'
import { startWorker } from '../dev/worker.ts'
import { openBenchDatabase } from './database.ts'
import { inTemporaryDirectory } from './files.ts'
import type { RunSize } from './part.ts'
import { type CorpusDocument, readCorpus } from './retrieval/corpus.ts'
import { fillLibrary, inParallel, type Library, MODES } from './retrieval/library.ts'
import { KINDS, type Question } from './retrieval/question.ts'
import { checkQuestions, questionsAbout } from './retrieval/questions.ts'
import { placeOf, recallAt, reciprocalRank } from './retrieval/score.ts'

/** How many documents of the corpus are searched. */
const SIZES = { full: Number.POSITIVE_INFINITY, smoke: 12 }
const MOST = 10
/** A question that hybrid answers later than this is listed. */
const LATE = 5

/**
 * Questions with known answers about the READMEs and docs of installed packages, asked through the API in each mode:
 * how many have a right chunk among the first, and at which place. On the server of `DATABASE_URL`, else embedded.
 * `VERBOSE=1` lists what hybrid misses, `CHUNK_SIZE` and `CHUNK_OVERLAP` cut other chunks, and the `EMBEDDING_…` variables
 * choose another model.
 */
export async function measureRetrieval(size: RunSize, serverUrl: string | undefined): Promise<void> {
  const all = await readCorpus()
  checkQuestions(all)
  const corpus = all.slice(0, SIZES[size])
  await inTemporaryDirectory((directory) => measure(corpus, serverUrl, directory))
}

async function measure(
  corpus: readonly CorpusDocument[],
  serverUrl: string | undefined,
  dataDir: string,
): Promise<void> {
  await using cleanup = new AsyncDisposableStack()
  const database = cleanup.use(await openBenchDatabase(serverUrl))
  const stack = await startStack({ database: database.local, dataDir })
  cleanup.defer(() => stack.close())
  const worker = await startWorker({
    port: await freePort(0, ''),
    bindings: { ...stack.bindings, ...settings() },
    dataDir,
  })
  cleanup.defer(() => worker.close())
  const { accessToken: token } = await signInLocally(stack.cognito, 'bench@example.com')

  const library = await fillLibrary(corpus, { url: worker.url, token, chunking: chosenChunking() })
  const characters = corpus.reduce((sum, { content }) => sum + content.length, 0)
  const seconds = (library.milliseconds / 1000).toFixed(0)
  const questions = questionsAbout(corpus)
  console.log(
    `${questions.length} questions about ${corpus.length} documents, ${library.chunks} chunks, ${characters} characters, ` +
      `stored and embedded in ${seconds} s on ${database.local.label}.`,
  )
  report(await askAll(library, questions))
}

/** How many requests a second are sent is no concern here; the embedder may be another. */
function settings(): Record<string, string> {
  const embedding = Object.entries(process.env).filter(([name]) => name.startsWith('EMBEDDING_'))
  return { ...(Object.fromEntries(embedding) as Record<string, string>), RATE_LIMIT: 'off' }
}

function chosenChunking() {
  const { CHUNK_SIZE: size, CHUNK_OVERLAP: overlap } = process.env
  return size ? { size: Number(size), overlap: Number(overlap ?? 0) } : undefined
}

/** Places of the right answers, as the modes are in `MODES`. */
type Asked = Question & { places: (number | null)[] }

const askAll = (library: Library, questions: readonly Question[]): Promise<Asked[]> =>
  inParallel(questions, async (question) => {
    const places: (number | null)[] = []
    for (const mode of MODES) places.push(placeOf(question, await library.search(question.question, mode)))
    return { ...question, places }
  })

function report(asked: readonly Asked[]): void {
  printRow(['questions', 'mode', 'recall@1', 'recall@5', `recall@${MOST}`, `MRR@${MOST}`])
  for (const kind of ['all', ...KINDS]) {
    const some = asked.filter((one) => kind === 'all' || one.kind === kind)
    for (const [index, mode] of MODES.entries()) {
      const places = some.map((one) => one.places[index] ?? null)
      const figures = [recallAt(1, places), recallAt(5, places), recallAt(MOST, places), reciprocalRank(MOST, places)]
      const label = index === 0 ? `${kind} (${some.length})` : ''
      printRow([label, mode, ...figures.map((figure) => figure.toFixed(3))])
    }
  }
  const hybrid = MODES.indexOf('hybrid')
  const late = asked.filter(({ places }) => (places[hybrid] ?? Number.POSITIVE_INFINITY) > LATE)
  console.log(`  Hybrid has no right chunk among its first ${LATE} for ${late.length} questions.`)
  if (process.env.VERBOSE) for (const one of late) printLate(one)
}

function printLate({ kind, question, places, answers }: Asked): void {
  const where = MODES.map((mode, index) => `${mode} ${places[index] ?? '–'}`).join(', ')
  console.log(
    `  ${kind}: ${question}\n    ${where}; answered by ${[...new Set(answers.map(({ file }) => file))].join(', ')}`,
  )
}

const printRow = ([questions = '', mode = '', ...figures]: readonly string[]) =>
  console.log(`  ${questions.padEnd(18)}${mode.padEnd(10)}${figures.map((figure) => figure.padStart(11)).join('')}`)
