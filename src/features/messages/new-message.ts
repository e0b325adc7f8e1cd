import { newId } from '../../id.ts'
import type { AppError } from '../../result.ts'
import type { AppendedMessage } from './sql/append.ts'
import { textOf } from './parts.ts'
import type { NewMessage } from './schemas.ts'

/** A message as `appendStatement` takes it. */
export function toRow({ parts, ...message }: NewMessage): AppendedMessage {
  const content = message.content ?? textOf(parts ?? [])
  const status = message.status ?? 'complete'
  return {
    metadata: {},
    ...message,
    id: message.id ?? newId(),
    content,
    status,
    ...(parts && { parts }),
  }
}

/** Names each parent that is neither before it in the batch nor among the known messages of the conversation. */
export function unknownParents(news: readonly NewMessage[], known: ReadonlySet<string>): AppError {
  const before = new Set<string>()
  const errors = news.flatMap(({ id, parentId }, i) => {
    const parent = parentId
    const isKnown = !parent || known.has(parent) || before.has(parent)
    if (id) before.add(id)
    return isKnown ? [] : [{ path: `messages.${i}.parentId`, message: 'is not a message of this conversation' }]
  })
  return { code: 'invalid_request', errors }
}
