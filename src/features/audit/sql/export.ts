import { sql } from 'drizzle-orm'
import { exported } from '../../export/sql/source.ts'
import { auditRow } from '../schemas.ts'
import { auditEvents } from '../table.ts'

exported({
  type: 'auditEvent',
  name: 'ExportedAuditEvent',
  refersTo: ['session', 'conversation', 'message', 'document', 'vector'],
  table: auditEvents,
  key: [['id', 'id']],
  size: sql`500`,
  row: auditRow.omit({ sessionId: true }),
})
