import { asSystem } from '../../src/db/database.ts'
import { createEmbedder } from '../../src/embeddings/create-embedder.ts'
import { runEmbeddingQueue } from '../../src/features/embeddings/runner.ts'
import { createEmbeddingJobStore } from '../../src/features/embeddings/repository.ts'
import { newId } from '../../src/id.ts'
import { createTrace } from '../../src/trace.ts'

/** What a Worker process is told when it may begin. */
export interface WorkOrder {
  connectionString: string
  baseUrl: string
  leaseSeconds: number
  /** Look again after the queue was found empty, until somebody kills the process. */
  forever: boolean
}

const HOUR_MS = 3_600_000

async function work({ connectionString, baseUrl, leaseSeconds, forever }: WorkOrder): Promise<void> {
  const db = asSystem({ connectionString, timeoutMs: 30_000 }, createTrace(newId()))
  const embedder = createEmbedder({ provider: 'openai', baseUrl, apiKey: 'k', model: 'bench', timeoutMs: 20_000 })
  const queue = { store: createEmbeddingJobStore(db, { leaseSeconds }), embedder, newClaimId: newId }
  for (;;) {
    const [, error] = await runEmbeddingQueue(queue, { until: Date.now() + HOUR_MS })
    if (error) throw new Error(JSON.stringify(error))
    if (!forever) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

// Workers that look for work for ever end with their parent.
process.once('disconnect', () => process.exit())
process.once('message', (order: WorkOrder) => {
  void work(order).then(
    () => process.disconnect(),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.send?.('ready')
