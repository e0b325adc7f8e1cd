import { attachments, usage } from './attachments.ts'
import { readParts } from './parts.ts'
import type { MessageRow, PathRow } from './schemas.ts'

/**
 * A row as the API shows it. What was stored in a form that does not validate any more is left out and the message marked
 * as a tombstone: one old row never breaks its thread.
 */
export function toMessage({ version: _version, depth: _depth, sentId, ...row }: MessageRow) {
  const { parts, tombstone } = readParts(row.parts, row.content)
  const attached = attachments.safeParse(row.attachments ?? [])
  const used = usage.nullable().safeParse(row.usage)
  return {
    ...row,
    ...(sentId === null ? {} : { sentId }),
    parts,
    attachments: attached.data ?? [],
    usage: used.data ?? null,
    ...(tombstone || !attached.success || !used.success ? { tombstone: true } : {}),
  }
}

/** With its siblings, where they were asked for. */
export function toPathMessage({ siblings, leafId: _leaf, leafIsLast: _isLast, found: _found, ...row }: PathRow) {
  const message = toMessage(row)
  return siblings === null
    ? message
    : { ...message, siblings: { ...siblings, position: siblings.ids.indexOf(message.id) + 1 } }
}
