import { sql } from 'drizzle-orm'
import type * as z from 'zod'
import { storedTime } from '../../../http/fields.ts'
import { exported } from '../../export/sql/source.ts'
import { type MessageRow, messageRow, withMetadata } from '../schemas.ts'
import { messageColumns, messages } from '../table.ts'
import { answerSize } from './page-size.ts'
import { asRead } from '../timed-out.ts'

const row = messageRow.omit({ version: true, depth: true }).extend({ deletedAt: storedTime.nullable() })

exported({
  type: 'message',
  name: 'ExportedMessage',
  refersTo: ['conversation'],
  table: messages,
  columns: messageColumns,
  key: [
    ['conversation_id', 'conversationId'],
    ['seq', 'seq'],
  ],
  size: sql`300 + octet_length(content) + coalesce(octet_length(reasoning), 0) + octet_length(metadata::text)
    + (coalesce(pg_column_size(parts), 0) + coalesce(pg_column_size(attachments), 0)) / 3`,
  answerSize: answerSize(sql`page`),
  hasLargeRows: true,
  row,
  line: messageRow
    .omit({ version: true, depth: true, hasMetadata: true })
    .extend({ deletedAt: storedTime.nullable(), metadata: messageRow.shape.metadata.optional() }),
  asRead: (line, { inProgressMinutes }) => asRead(line as z.output<typeof row>, inProgressMinutes),
  toLine: (line) => withMetadata(line as MessageRow),
})
