import { sql } from 'drizzle-orm'
import type * as z from 'zod'
import { storedTime } from '../../../http/fields.ts'
import { exported } from '../../export/sql/source.ts'
import { messageRow } from '../schemas.ts'
import { messageColumns, messages } from '../table.ts'
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
  size: sql`300 + octet_length(content) + octet_length(metadata::text)`,
  row,
  asRead: (line, { inProgressMinutes }) => asRead(line as z.output<typeof row>, inProgressMinutes),
})
