import * as z from 'zod'
import { storedTime } from '../../http/fields.ts'
import { userSchema } from '../users/schemas.ts'
import { exportSources } from './sql/source.ts'

/** Version of the lines' form. */
export const EXPORT_FORMAT = 1

/** One line of an export. The first is `export`, the last `end`: without it the download broke off. */
export const exportLine = () =>
  z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('export'), format: z.literal(EXPORT_FORMAT), exportedAt: storedTime }),
      userSchema.extend({ type: z.literal('user') }).meta({ id: 'ExportedUser' }),
      ...exportSources().map(({ type, name, row, line = row }) =>
        line.extend({ type: z.literal(type) }).meta({ id: name }),
      ),
      z.object({
        type: z.literal('end'),
        counts: z.record(z.string(), z.int()).meta({ description: 'Lines by type' }),
      }),
    ])
    .meta({ id: 'ExportLine' })
