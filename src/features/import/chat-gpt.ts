import { fail, ok, type Result } from '../../result.ts'
import { nodesOf, type Node } from './chat-gpt-nodes.ts'
import { isObject, readMessage, textField, toTime } from './chat-gpt-message.ts'
import { conversationIdOf, derivedId, messageIdOf } from './ids.ts'
import type { ImportBatcher } from './import-batcher.ts'
import { check, type Report } from './report.ts'
import type { ImportedMessage } from './rows.ts'
import { importedLines } from './schemas.ts'

/** Whether a list is ChatGPT's `conversations.json`, and not one of messages. */
export const isChatGpt = (values: readonly unknown[]): boolean =>
  values.some((value) => isObject(value) && isObject(value['mapping']))

/**
 * Takes conversations as ChatGPT exports them: nodes by id under `mapping`, each with a message or none. What has nothing to
 * read (the root, empty system messages, hidden instructions) and what is refused is left out, and what followed it hangs on
 * the nearest message before it.
 */
export async function importChatGpt(
  values: readonly unknown[],
  batcher: ImportBatcher,
  report: Report,
): Promise<Result<void>> {
  for (const [line, value] of values.entries()) {
    const hopeless = report.stop()
    if (hopeless) return fail(hopeless)
    if (isObject(value) && isObject(value['mapping'])) {
      const [, error] = await importOne(value, value['mapping'], line, batcher, report)
      if (error) return fail(error)
    } else report.refuse('conversation', { line }, [{ path: 'mapping', message: 'must be an object of nodes' }])
  }
  return ok(undefined)
}

async function importOne(
  source: Record<string, unknown>,
  mapping: Record<string, unknown>,
  line: number,
  batcher: ImportBatcher,
  report: Report,
): Promise<Result<void>> {
  const { nodes, lost } = nodesOf(mapping)
  for (const id of lost) {
    report.refuse('message', { line, within: `mapping.${id}` }, [{ path: 'parent', message: 'leads in a circle' }])
  }
  const name = textField(source, 'conversation_id') || textField(source, 'id')
  const id =
    name === '' ? await derivedId('chatgpt', ...nodes.map((node) => node.id)) : await conversationIdOf('chatgpt', name)
  const { messages, idOfNode } = await readNodes(nodes, id, line, report)

  const createdAt = toTime(source['create_time']) ?? messages[0]?.row.createdAt
  const updatedAt = toTime(source['update_time']) ?? messages.at(-1)?.row.createdAt ?? createdAt
  const [conversation, errors] = check(importedLines.conversation, {
    type: 'conversation',
    id,
    title: textField(source, 'title').trim().slice(0, 500).toWellFormed() || null,
    archived: source['is_archived'] === true,
    pinned: source['is_starred'] === true,
    metadata: { source: 'chatgpt', ...(name && name !== id && { sourceId: name.slice(0, 256) }) },
    activeLeafId: idOfNode.get(textField(source, 'current_node')) ?? messages.at(-1)?.row.id ?? null,
    createdAt,
    updatedAt,
    lastActivityAt: updatedAt,
    deletedAt: null,
  })
  if (errors) {
    report.refuse('conversation', { line }, errors)
    for (const _ of messages) report.skip('message')
    return ok(undefined)
  }
  const { type, ...row } = conversation
  const [, error] = await batcher.add({ type, row, at: { line }, bytes: 1000 })
  if (error) return fail(error)
  for (const { row, within } of messages) {
    const bytes = JSON.stringify(row).length
    const [, error] = await batcher.add({ type: 'message', row, at: { line, within }, bytes })
    if (error) return fail(error)
  }
  return ok(undefined)
}

interface Read {
  /** Parents before their children, else in the order of time. */
  messages: { row: ImportedMessage & { createdAt?: string | undefined }; within: string }[]
  /** The message that a node became, or the nearest before it. */
  idOfNode: Map<string, string | null>
}

async function readNodes(nodes: readonly Node[], conversationId: string, line: number, report: Report): Promise<Read> {
  const messages: Read['messages'] = []
  const idOfNode: Read['idOfNode'] = new Map()
  for (const node of nodes) {
    const parentId = node.parent === null ? null : (idOfNode.get(node.parent) ?? null)
    idOfNode.set(node.id, parentId)
    const { message, leftOut } = readMessage(node.message)
    for (const kind of leftOut) report.skip(kind)
    if (message === null) {
      if (node.message !== null) report.skip('message')
      continue
    }
    const within = `mapping.${node.id}`
    const id = await messageIdOf('chatgpt', conversationId, textField(node.message ?? {}, 'id') || node.id)
    const [checked, errors] = check(importedLines.message, {
      type: 'message',
      id,
      conversationId,
      parentId,
      ...message,
    })
    if (errors) {
      report.refuse('message', { line, within }, errors)
      continue
    }
    const { type: _type, seq: _seq, ...row } = checked
    messages.push({ row, within })
    idOfNode.set(node.id, id)
  }
  return { messages, idOfNode }
}
