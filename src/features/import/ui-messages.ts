import { fail, ok, type Result } from '../../result.ts'
import { textOf } from '../messages/parts.ts'
import { derivedId, messageIdOf } from './ids.ts'
import type { ImportBatcher } from './import-batcher.ts'
import { check, type Report } from './report.ts'
import { type UIMessage, uiMessage } from './schemas.ts'

/**
 * Takes a list of UIMessages as one conversation, each message behind the one before it. Its id is made of its first
 * message, so that the same chat with more messages goes on in the same conversation.
 *
 * @param values what the client says are UIMessages; those that are none are left out
 * @returns the conversation's id, or null where nothing can be taken
 */
export async function importUiMessages(
  values: readonly unknown[],
  conversationId: string | undefined,
  batcher: ImportBatcher,
  report: Report,
): Promise<Result<string | null>> {
  const messages: { line: number; message: UIMessage }[] = []
  for (const [line, value] of values.entries()) {
    const hopeless = report.stop()
    if (hopeless) return fail(hopeless)
    const [message, errors] = check(uiMessage, value)
    if (errors) report.refuse('message', { line }, errors)
    else messages.push({ line, message })
  }
  const first = messages[0]
  if (!first) return ok(null)

  const into =
    conversationId ??
    (await derivedId('uiMessages', first.message.id, first.message.role, JSON.stringify(first.message.parts)))
  const ids = await Promise.all(messages.map(({ message }) => messageIdOf('uiMessage', into, message.id)))
  const times = messages.flatMap(({ message }) => message.createdAt ?? [])
  const conversation = {
    id: into,
    title: null,
    activeLeafId: ids.at(-1) ?? null,
    createdAt: times[0],
    lastActivityAt: times.at(-1),
  }
  const at = { line: first.line }
  const [, error] = await batcher.add({ type: 'conversation', row: conversation, at, bytes: 500 })
  if (error) return fail(error)
  for (const [i, { line, message }] of messages.entries()) {
    const { role, parts, metadata, createdAt } = message
    const row = {
      id: ids[i] ?? '',
      conversationId: into,
      parentId: ids[i - 1] ?? null,
      role,
      content: textOf(parts),
      parts,
      metadata: metadata ?? undefined,
      createdAt,
    }
    const bytes = JSON.stringify(row).length
    const [, error] = await batcher.add({ type: 'message', row, at: { line }, bytes })
    if (error) return fail(error)
  }
  return ok(into)
}
