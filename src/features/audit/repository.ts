import './sql/export.ts'
import { and, desc, eq, getTableColumns, lt, sql } from 'drizzle-orm'
import type { Database } from '../../db/database.ts'
import { prepared } from '../../db/prepared.ts'
import { allRows } from '../../db/rows.ts'
import { fail, type Result } from '../../result.ts'
import { sessions } from '../sessions/table.ts'
import { type AuditRow, auditRow } from './schemas.ts'
import { auditEvents } from './table.ts'

/** What was done to one user's data. */
export interface AuditRepository {
  /** The newest first; `after` is the id of the event that a page starts behind. */
  list(limit: number, after: string | null): Promise<Result<AuditRow[]>>
}

export function createAuditRepository(db: Database, userId: string): AuditRepository {
  return {
    async list(limit, after) {
      const [results, error] = await db.read('audit.list', () => [
        page({ userId, limit, after: after ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff' }),
      ])
      return error ? fail(error) : allRows(results[0], auditRow)
    },
  }
}

const { userId: _userId, signInId: _signInId, ...columns } = getTableColumns(auditEvents)
/** Which session a sign-in has: none where POST /v1/session was never called. */
const sessionOfEvent = and(eq(sessions.userId, auditEvents.userId), eq(sessions.signInId, sql`${auditEvents.signInId}`))

const page = prepared((q) =>
  q
    .select({ ...columns, sessionId: sessions.id })
    .from(auditEvents)
    .leftJoin(sessions, sessionOfEvent)
    .where(and(eq(auditEvents.userId, sql.placeholder('userId')), lt(auditEvents.id, sql.placeholder('after'))))
    .orderBy(desc(auditEvents.id))
    .limit(sql.placeholder('limit')),
)
