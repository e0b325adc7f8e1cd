import { isObject } from '../../http/open-object.ts'
import type { Attachment } from './attachments.ts'
import { readParts } from './parts.ts'
import { type MessageRow, type PathRow, withMetadata } from './schemas.ts'

/**
 * A row as the API shows it. What is stored and is no list of parts or attachments, or no usage, is left out and the message marked
 * as a tombstone: one old row never breaks its thread.
 */
export function toMessage(stored: MessageRow) {
  const { version: _version, depth: _depth, ...row } = withMetadata(stored)
  const { parts, tombstone } = readParts(row.parts, row.content)
  const attachments = row.attachments ?? []
  const hasAttachments = Array.isArray(attachments) && attachments.every(isObject)
  const usage = row.usage ?? null
  const hasUsage = usage === null || isObject(usage)
  return {
    ...row,
    parts,
    attachments: hasAttachments ? (attachments as Attachment[]) : [],
    usage: hasUsage ? usage : null,
    ...(tombstone || !hasAttachments || !hasUsage ? { tombstone: true } : {}),
  }
}

/** With its siblings, where they were asked for. */
export function toPathMessage({ siblings, leafId: _leaf, leafIsLast: _isLast, found: _found, ...row }: PathRow) {
  const message = toMessage(row)
  return siblings === null
    ? message
    : { ...message, siblings: { ids: siblings, position: siblings.indexOf(message.id) + 1 } }
}
