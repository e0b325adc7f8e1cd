import { sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import * as z from 'zod'
import { toIsoUtc } from '../../../db/columns.ts'
import type { RowState } from '../../../db/row-state.ts'
import { savedResult } from '../save-schemas.ts'

/** What `app.store_chat` needs to know in addition to the list. */
interface SaveRules {
  /** In which the conversation may be; null for any. */
  states: readonly RowState[] | null
  mustExist: boolean
  timeoutMinutes: number
}

/** @param given as `app.save_chat` takes it; @returns a query for a {@link storedChat}; no row where there is no such conversation */
export const storeChat = (
  q: NeonHttpDatabase,
  { userId, conversationId }: { userId: string; conversationId: string },
  given: string,
  { states, mustExist, timeoutMinutes }: SaveRules,
) =>
  q.execute(sql`
    select is_new as "isNew", is_in_state as "isInState", version, created_at as "createdAt", saved
    from app.store_chat(${userId}::uuid, ${conversationId}, ${given}::jsonb, ${timeoutMinutes}::int,
      ${states && JSON.stringify(states)}::jsonb, ${mustExist})`)

export const storedChat = z.object({
  isNew: z.boolean(),
  isInState: z.boolean(),
  version: z.int(),
  createdAt: z.string().transform(toIsoUtc),
  saved: z.array(z.tuple([z.string(), z.string(), savedResult])).nullable(),
})
