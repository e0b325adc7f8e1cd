import { isObject } from '../../http/open-object.ts'
import type { Attachment } from './attachments.ts'
import { readParts } from './parts.ts'
import { type MessageRow, type PathRow, type TreeRow, withMetadata } from './schemas.ts'

/**
 * A row as the API shows it. What is stored and is no list of parts or attachments, or no usage, is left out and the message marked
 * as a tombstone: one old row never breaks its thread.
 */
export function toMessage(stored: MessageRow) {
  const { version: _version, depth: _depth, sentId, ...row } = withMetadata(stored)
  const { parts, tombstone } = readParts(row.parts, row.content)
  const attachments = row.attachments ?? []
  const hasAttachments = Array.isArray(attachments) && attachments.every(isObject)
  const usage = row.usage ?? null
  const hasUsage = usage === null || isObject(usage)
  return {
    ...row,
    ...(sentId === null ? {} : { sentId }),
    parts,
    attachments: hasAttachments ? (attachments as Attachment[]) : [],
    usage: hasUsage ? usage : null,
    ...(tombstone || !hasAttachments || !hasUsage ? { tombstone: true } : {}),
  }
}

/** A row of a page. */
export function toTreeMessage({ found: _found, partsOmitted, ...row }: TreeRow) {
  const message = toMessage(row)
  return partsOmitted ? { ...message, partsOmitted } : message
}

/** With its siblings, where they were asked for. */
export function toPathMessage({ siblings, leafId: _leaf, leafIsLast: _isLast, ...row }: PathRow) {
  const message = toTreeMessage(row)
  return siblings === null
    ? message
    : { ...message, siblings: { ...siblings, position: siblings.ids.indexOf(message.id) + 1 } }
}
