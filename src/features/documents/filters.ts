import * as z from 'zod'
import { flag, metadataFilter, MOMENT, moment, tagsFilter, titleFilter } from '../../http/filters.ts'
import { pageQuery } from '../../http/page.ts'

/** Which documents a list has. All conditions must hold. */
const filters = z.strictObject({
  externalId: z.string().min(1).max(256).optional().meta({ description: 'The one with this `externalId`' }),
  tag: tagsFilter,
  metadata: metadataFilter,
  createdAfter: moment.optional().meta({ description: MOMENT }),
  createdBefore: moment.optional().meta({ description: MOMENT }),
  title: titleFilter,
  deleted: flag.prefault(false).meta({
    description: 'Only those that are deleted and can still be restored, the last deleted first',
  }),
})
export type DocumentFilters = z.output<typeof filters>

export const documentListQuery = pageQuery.extend({ ...filters.shape })
export type DocumentsQuery = z.output<typeof documentListQuery>
