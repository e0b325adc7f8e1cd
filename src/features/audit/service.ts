import * as z from 'zod'
import type { Caller } from '../../auth/caller.ts'
import { type PageRequest, readPage } from '../../http/page.ts'
import { createAuditRepository } from './repository.ts'

const cursorKey = z.tuple([z.guid()])

/** What was done to the caller's data. */
export function createAuditService() {
  return {
    /** A page, the newest first. */
    list: ({ db, userId }: Caller, page: PageRequest) =>
      readPage({ list: 'audit-events', userId }, page, {
        key: cursorKey,
        read: (limit, after) => createAuditRepository(db, userId).list(limit, after && after[0]),
        keyOf: ({ id }) => [id],
      }),
  }
}
