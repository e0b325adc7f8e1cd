import { sql } from 'drizzle-orm'
import { storedTime } from '../../../http/fields.ts'
import { exported } from '../../export/sql/source.ts'
import { type MessageRow, messageRow, withMetadata } from '../schemas.ts'
import { messageColumns, messages } from '../table.ts'

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
  size: sql`300 + octet_length(content) + octet_length(metadata::text)`,
  row: messageRow.omit({ version: true, depth: true }).extend({ deletedAt: storedTime.nullable() }),
  line: messageRow
    .omit({ version: true, depth: true, hasMetadata: true })
    .extend({ deletedAt: storedTime.nullable(), metadata: messageRow.shape.metadata.optional() }),
  toLine: (row) => withMetadata(row as MessageRow),
})
