import { expectSame, expectStatus } from './judge.ts'
import { liveDocuments, type Move, type Player, searchable, type Turn } from './model.ts'

const waiting = (me: Player) => [
  ...searchable(me)
    .filter(({ message }) => message.pending)
    .map(({ conversation, message }) => `${conversation.id} ${message.id}`),
  ...liveDocuments(me)
    .filter(({ pending }) => pending)
    .map(({ id }) => `in ${id}`),
]

export function listJobs({ me, person }: Turn): Move {
  return {
    person,
    method: 'GET',
    path: '/v1/embedding-jobs?limit=100',
    settle(answer) {
      const { data } = expectStatus(answer, 200) as unknown as { data: Record<string, unknown>[] }
      const found = data.map(({ conversationId, messageId, documentId }) =>
        typeof documentId === 'string' ? `in ${documentId}` : `${String(conversationId)} ${String(messageId)}`,
      )
      const all = waiting(me).toSorted()
      // In a long game there are more than a page has: then none of the page may be another's.
      if (all.length <= 100) expectSame('jobs', found.toSorted(), all)
      else
        expectSame(
          'jobs',
          found.filter((job) => !all.includes(job)),
          [],
        )
    },
  }
}

/** Nothing is given up in so short a time. */
export const retryJobs = ({ person }: Turn): Move => ({
  person,
  method: 'POST',
  path: '/v1/embedding-jobs/retry',
  settle: (answer) => expectSame('retried', expectStatus(answer, 200), { retried: 0 }),
})
