import * as z from 'zod'
import { QUOTAS } from '../../env.ts'
import { storedTime } from '../../http/fields.ts'

/** What a user has of one kind, on the wire. */
export const usageSchema = z
  .object({
    data: z.array(
      z.object({
        quota: z.enum(QUOTAS).meta({
          description:
            'Rows that are stored, those in the trash included; bytes of texts and JSON in UTF-8, and of vectors that you brought; tokens that were embedded today, about four bytes of a text each',
        }),
        used: z.int(),
        limit: z.int().nullable().meta({ description: 'Null for none' }),
        resetsAt: storedTime.nullable().meta({ description: 'When it counts from 0 again; null for never' }),
      }),
    ),
  })
  .meta({ id: 'QuotaUsage' })
export type QuotaUsage = z.output<typeof usageSchema>
