import { createSelectSchema } from 'drizzle-zod'
import * as z from 'zod'
import { storedClientId, storedId, storedTime } from '../../http/fields.ts'
import { pageOf } from '../../http/page.ts'
import { AUDIT_ACTIONS, AUDIT_ACTORS, auditEvents } from './table.ts'

/** A column as the API calls it: `system_prompt` → `systemPrompt`. */
const toCamelCase = (column: string) => column.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

/** A row as it leaves the repository. */
export const auditRow = createSelectSchema(auditEvents, {
  id: storedId,
  actor: z.enum(AUDIT_ACTORS).meta({ description: 'The user; scheduled work; or an operator at the database' }),
  action: z.enum(AUDIT_ACTIONS).meta({ description: '`delete` hides and can be restored, `purge` removes for good' }),
  // A newer release may know more.
  resource: z.string().meta({ description: '`user`, `session`, `conversation`, `message`, `document`, `vector`' }),
  resourceId: storedClientId,
  conversationId: storedClientId.nullable().meta({ description: 'Of a message: where it was said' }),
  changed: z
    .array(z.string().overwrite(toCamelCase))
    .nullable()
    .meta({ description: 'Fields that an update changed: names, no content' }),
  createdAt: storedTime,
})
  .omit({ userId: true, signInId: true })
  .extend({ sessionId: storedId.nullable() })
export type AuditRow = z.output<typeof auditRow>

/** An event on the wire. */
export const auditEventSchema = auditRow.meta({ id: 'AuditEvent' })
export const auditEventPage = pageOf(auditEventSchema).meta({ id: 'AuditEventPage' })
