import { sql } from 'drizzle-orm'
import { createSelectSchema } from 'drizzle-zod'
import * as z from 'zod'
import { storedClientId, storedTime } from '../../../http/fields.ts'
import { exported } from '../../export/sql/source.ts'
import { conversations } from '../table.ts'

exported({
  type: 'conversation',
  name: 'ExportedConversation',
  refersTo: [],
  table: conversations,
  key: [['id', 'id']],
  size: sql`500 + coalesce(octet_length(system_prompt), 0) + octet_length(metadata::text)`,
  row: createSelectSchema(conversations, {
    id: storedClientId,
    forkedFromConversation: storedClientId.nullable(),
    forkedFromMessage: storedClientId.nullable(),
    activeLeafId: storedClientId.nullable(),
    metadata: z.record(z.string(), z.unknown()),
    lastActivityAt: storedTime,
    createdAt: storedTime,
    updatedAt: storedTime,
    deletedAt: storedTime.nullable(),
  }).omit({
    userId: true,
    titleKey: true,
    titleWords: true,
    wordsVersion: true,
    messageCount: true,
    lastSeq: true,
    lastBranch: true,
    purgeAfter: true,
    version: true,
  }),
})
