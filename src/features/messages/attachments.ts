import * as z from 'zod'
import { freeJson, listOf } from '../../http/fields.ts'
import { fileUrl, mediaType, name, withinJson } from './part-fields.ts'

const attachment = z
  .strictObject({
    name,
    mediaType,
    url: fileUrl,
    size: z.int().nonnegative().optional().meta({ description: 'Bytes' }),
  })
  .meta({ id: 'Attachment' })
export type Attachment = z.output<typeof attachment>

/** Most attachments of a message. */
export const MAX_ATTACHMENTS = 20

/** A message's attachments: at most 20, and 256 KiB as JSON, data URLs included. */
export const attachments = withinJson(listOf(attachment, { max: MAX_ATTACHMENTS }))

const tokens = z.int().nonnegative().optional()

/** What a model has used up, as in the AI SDK's `LanguageModelUsage`: version 5 is flat, version 6 has details. */
export const usage = z
  .strictObject({
    inputTokens: tokens,
    outputTokens: tokens,
    totalTokens: tokens,
    reasoningTokens: tokens,
    cachedInputTokens: tokens,
    inputTokenDetails: z
      .strictObject({ noCacheTokens: tokens, cacheReadTokens: tokens, cacheWriteTokens: tokens })
      .optional(),
    outputTokenDetails: z.strictObject({ textTokens: tokens, reasoningTokens: tokens }).optional(),
    raw: freeJson().optional().meta({ description: 'As the provider has said it' }),
  })
  .meta({ id: 'Usage' })
export type Usage = z.output<typeof usage>

/** The model that wrote a message, by the name that the client gives it. */
export const model = z.string().min(1).max(128)
