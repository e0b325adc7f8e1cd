import { sql } from 'drizzle-orm'
import { exported } from '../../export/sql/source.ts'
import { sessionRow } from '../schemas.ts'
import { sessions } from '../table.ts'

exported({
  type: 'session',
  name: 'ExportedSession',
  refersTo: [],
  table: sessions,
  key: [['id', 'id']],
  size: sql`1000`,
  row: sessionRow.omit({ userId: true, signInId: true }),
})
