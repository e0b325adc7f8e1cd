import { runCommand } from './command.ts'
import { backfill, expectOk } from './embeddings/backfill.ts'
import { measureFloor } from './embeddings/floor.ts'
import { type EmbeddingTarget, openEmbeddingTarget } from './embeddings/target.ts'

const USAGE = `Say what to do:
  npm run embeddings -- status     vectors by model, texts that wait, texts that were given up
  npm run embeddings -- failed     texts that were given up, and why
  npm run embeddings -- retry      all of those back into the queue
  npm run embeddings -- backfill   a vector of today's model for every text that has none; Ctrl-C and a second run go on
  npm run embeddings -- floor      above which similarity a text has to do with a question: EMBEDDING_FLOOR. From messages and
                                   their answers, or from a file with one {"query": …, "text": …} a line
On the database of DATABASE_URL_SYSTEM, or of the local stack that runs, with the EMBEDDING_* variables of the Worker.`

const LISTED = 100

const COMMANDS: Record<string, (target: EmbeddingTarget, file?: string) => Promise<void>> = {
  async status({ backfill: repository }) {
    const { models, pending, failed } = expectOk(await repository.status())
    for (const { model, clientProvided, vectors } of models) {
      console.log(`  ${String(vectors).padStart(9)}  ${model}${clientProvided ? ', brought by clients' : ''}`)
    }
    console.log(`  ${String(pending).padStart(9)}  pending`)
    console.log(`  ${String(failed).padStart(9)}  given up`)
  },

  async failed({ backfill: repository }) {
    const jobs = expectOk(await repository.failed(LISTED))
    for (const { failedAt, userId, source, textId, attempts, lastError } of jobs) {
      console.log(`  ${failedAt}  ${source} ${textId} of ${userId}, ${attempts} attempts: ${lastError}`)
    }
    const { failed } = expectOk(await repository.queue())
    console.log(`  ${failed} given up${failed > jobs.length ? `, the last ${jobs.length} of them above` : ''}`)
  },

  async retry({ backfill: repository }) {
    console.log(`  ${expectOk(await repository.retryFailed())} texts are tried again.`)
  },

  floor: ({ db, queue }, file) => measureFloor(db, queue.embedder, file),

  async backfill(target) {
    const stop = new AbortController()
    process.once('SIGINT', () => stop.abort())
    await backfill(target, stop.signal)
    if (!stop.signal.aborted) return
    console.log('Stopped. Run it again to go on.')
    process.exitCode = 130
  },
}

/** `node dev/embeddings.ts status | failed | retry | backfill | floor` */
async function main(command = '', file?: string): Promise<void> {
  const run = COMMANDS[command]
  if (!run) throw new Error(USAGE)
  const target = await openEmbeddingTarget()
  console.log(target.label)
  await run(target, file)
}

await runCommand(() => main(process.argv[2], process.argv[3]))
