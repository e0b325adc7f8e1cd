import * as z from 'zod'
import { listOf } from '../../http/fields.ts'
import { openObject, shownAs } from '../../http/open-object.ts'
import { withinSize } from './part-bounds.ts'

const attachmentFields = z
  .looseObject({
    name: z.string(),
    mediaType: z.string(),
    url: z.string().meta({ description: 'Where the file is, or a data URL with all of it' }),
    size: z.int().nonnegative().optional().meta({ description: 'Bytes' }),
  })
  .meta({ id: 'Attachment' })
export type Attachment = z.output<typeof attachmentFields>

/** Most attachments of a message. */
export const MAX_ATTACHMENTS = 20
const MAX_ATTACHMENTS_BYTES = 262_144

const attachment = shownAs(
  openObject(() => attachmentFields),
  attachmentFields,
)

/** A message's attachments: at most 20, and 256 KiB as JSON, data URLs included. */
export const attachments = withinSize(listOf(attachment, { max: MAX_ATTACHMENTS }), MAX_ATTACHMENTS_BYTES)

const tokens = z.int().nonnegative().optional()
const MAX_USAGE_BYTES = 16_384

/** What a model has used up, as in the AI SDK's `LanguageModelUsage`: version 5 is flat, later ones have details. */
const usageFields = z
  .looseObject({
    inputTokens: tokens,
    outputTokens: tokens,
    totalTokens: tokens,
    reasoningTokens: tokens,
    cachedInputTokens: tokens,
    inputTokenDetails: z
      .looseObject({ noCacheTokens: tokens, cacheReadTokens: tokens, cacheWriteTokens: tokens })
      .optional(),
    outputTokenDetails: z.looseObject({ textTokens: tokens, reasoningTokens: tokens }).optional(),
    raw: z.unknown().optional().meta({ description: 'As the provider has said it' }),
  })
  .meta({ id: 'Usage' })
export type Usage = z.output<typeof usageFields>

export const usage = withinSize(
  shownAs(
    openObject(() => usageFields),
    usageFields,
  ),
  MAX_USAGE_BYTES,
)

/** The model that wrote a message, by the name that the client gives it. */
export const model = z.string().min(1).max(256)
