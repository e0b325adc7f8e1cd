import * as z from 'zod'
import { clientId, storedClientId, storedId, storedTime } from '../../http/fields.ts'
import { tableHead } from '../documents/schemas.ts'
import { MESSAGE_ROLES } from '../messages/table.ts'
import { saidTurns, searchFilter, searchFilterInput, searchResults, searchSources } from '../search/schemas.ts'
import { score, threshold } from '../vectors/schemas.ts'

const MAX_OMITTED = 50

const fields = z.strictObject({
  conversationId: clientId
    .optional()
    .meta({ description: 'Whose recent turns and system prompt belong to the context' }),
  leafId: clientId.optional().meta({ description: 'The path to this message, in place of the active leaf' }),
  turns: saidTurns.optional().meta({
    description:
      'The last turns, oldest first, as the client holds them. With a conversation they follow what is stored; those that the stored path ends with count once.',
  }),
  query: z.string().trim().min(1).max(8_000).optional().meta({
    description: 'What to search for; by default the last turn of the user. It is no turn itself.',
  }),
  budgetTokens: z.int().min(256).max(200_000).default(4_000).meta({ description: 'The most that all of it may take' }),
  sources: searchSources,
  filter: searchFilter,
  limit: z.int().min(1).max(50).default(20).meta({ description: 'How many hits are considered' }),
  threshold,
})

export const contextRequest = fields.superRefine(({ conversationId, leafId, turns, query }, ctx) => {
  const refuse = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message })
  if (leafId !== undefined && conversationId === undefined) refuse('leafId', 'goes with a conversationId')
  const asks = query !== undefined || turns?.some(({ role, content }) => role === 'user' && content.trim() !== '')
  if (conversationId === undefined && !asks)
    refuse('query', 'give a conversationId, a query, or turns with one of the user')
})
/** What `contextRequest` takes, in words of JSON Schema. */
export const contextRequestInput = fields.extend({ filter: searchFilterInput }).meta({
  id: 'ContextRequest',
  anyOf: [{ required: ['conversationId'] }, { required: ['turns'] }, { required: ['query'] }],
  dependentRequired: { leafId: ['conversationId'] },
})
export type ContextRequest = z.output<typeof contextRequest>

const tokens = z.int().meta({ description: 'An estimate, with what stands around the text in a prompt' })
const truncated = z.boolean().meta({ description: 'Whether `content` is only the beginning' })
const role = z.enum(MESSAGE_ROLES)

const recentTurn = z.object({
  id: storedClientId.nullable().meta({ description: 'Null, as `seq` and `createdAt`, for a turn of the request' }),
  role,
  content: z.string(),
  tokens,
  truncated,
  seq: z.int().nullable(),
  createdAt: storedTime.nullable(),
})

const recalledMessage = z.object({
  key: z.string().meta({ description: 'To cite it by: `m1`, `m2` …' }),
  conversationId: storedClientId,
  conversationTitle: z.string().nullable(),
  id: storedClientId,
  role,
  content: z.string(),
  tokens,
  truncated,
  score,
  seq: z.int(),
  createdAt: storedTime,
})

const passage = z.object({
  key: z.string().meta({ description: 'To cite it by: `d1`, `d2` …' }),
  documentId: storedId,
  title: z.string(),
  headings: z.array(z.string()).meta({ description: 'Those that all of it stands under, from the outermost' }),
  tableHead,
  start: z.int().meta({ description: "The passage is the document's `content.slice(start, end)`" }),
  end: z.int(),
  content: z.string(),
  tokens,
  truncated,
  score,
})

const omitted = z.object({
  kind: z.enum(['recent', 'recalled', 'passage']),
  id: storedClientId.nullable().meta({ description: 'Of the message or the chunk; null for a turn of the request' }),
  conversationId: storedClientId.optional(),
  documentId: storedId.optional(),
  tokens,
  reason: z.enum(['budget', 'duplicate', 'in_recent', 'unfinished', 'no_text']).meta({
    description:
      '`budget`: there was no room. `duplicate`: the same text is shown already. `in_recent`: it is one of the recent turns. `unfinished`: the message is in progress or has failed. `no_text`: it has parts only.',
  }),
})

const share = z.int()
const searched = searchResults.omit({ data: true, nextCursor: true, mode: true }).shape

export const context = z
  .object({
    systemPrompt: z.object({ content: z.string(), tokens, truncated }).nullable(),
    recent: z.array(recentTurn).meta({ description: 'The last turns, oldest first' }),
    earlierTurns: z.boolean().meta({ description: 'Whether the conversation has turns before these' }),
    recalled: z.array(recalledMessage).meta({ description: 'Other messages, the best first' }),
    passages: z.array(passage).meta({ description: 'The best first' }),
    omitted: z.array(omitted).meta({
      description: `What was looked at and left out: hits from the best on, then turns from the newest back, ${MAX_OMITTED} at most`,
    }),
    omittedCount: z.int().meta({ description: 'How many there are, with those that are not listed' }),
    tokens: z.object({
      budget: share,
      used: share,
      systemPrompt: share,
      recent: share,
      recalled: share,
      passages: share,
    }),
    mode: z
      .enum(['hybrid', 'keyword'])
      .nullable()
      .meta({ description: 'How it was searched; null where the conversation has no turn of the user to search for' }),
    ...searched,
  })
  .meta({ id: 'Context' })
export type Context = z.output<typeof context>
export type Omitted = Context['omitted'][number]

/** The first ones, and how many there are. */
export const boundOmitted = (all: readonly Omitted[]): Pick<Context, 'omitted' | 'omittedCount'> => ({
  omitted: all.slice(0, MAX_OMITTED),
  omittedCount: all.length,
})
