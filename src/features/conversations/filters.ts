import * as z from 'zod'
import { flag, metadataFilter, MOMENT, moment, tagsFilter, titleFilter } from '../../http/filters.ts'
import { pageQuery } from '../../http/page.ts'

export const SORTS = ['activity', 'created', 'title'] as const

/** Which conversations a list has, and in what order. All conditions must hold. */
const filters = z.strictObject({
  sort: z
    .enum(SORTS)
    .prefault('activity')
    .meta({ description: 'activity and created: newest first; title: A to Z, whatever the case' }),
  pinnedFirst: flag.prefault(false).meta({ description: 'Those that are pinned before all others' }),
  archived: flag.optional().meta({ description: 'Only archived ones, or only those that are not' }),
  pinned: flag.optional().meta({ description: 'Only pinned ones, or only those that are not' }),
  tag: tagsFilter,
  metadata: metadataFilter,
  createdAfter: moment.optional().meta({ description: MOMENT }),
  createdBefore: moment.optional().meta({ description: MOMENT }),
  activeAfter: moment.optional().meta({ description: `Of the last activity. ${MOMENT}` }),
  activeBefore: moment.optional().meta({ description: `Of the last activity. ${MOMENT}` }),
  title: titleFilter,
  deleted: flag.prefault(false).meta({
    description: 'Only those that are deleted and can still be restored, the last deleted first: no other order goes',
  }),
})
export type ConversationFilters = z.output<typeof filters>

/** The list as it is when nobody asks for anything. */
export const ALL: ConversationFilters = { sort: 'activity', pinnedFirst: false, deleted: false }

export const conversationListQuery = pageQuery
  .extend({
    ...filters.shape,
  })
  .superRefine(({ deleted, sort, pinnedFirst }, ctx) => {
    const message = 'does not go with deleted=true'
    if (deleted && sort !== 'activity') ctx.addIssue({ code: 'custom', path: ['sort'], message })
    if (deleted && pinnedFirst) ctx.addIssue({ code: 'custom', path: ['pinnedFirst'], message })
  })
export type ConversationsQuery = z.output<typeof conversationListQuery>
