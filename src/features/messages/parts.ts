import * as z from 'zod'
import { listOf } from '../../http/fields.ts'
import {
  fileUrl,
  foreignId,
  given,
  MAX_TEXT,
  mediaType,
  name,
  providerMetadata as metadataOfProvider,
  providerReference,
  sourceUrl,
  text,
  withinJson,
} from './part-fields.ts'
import { dynamicToolPart, toolPart } from './tool-parts.ts'

/*
 * The parts of the AI SDK's `UIMessage`, versions 5 and 6 (vercel/ai, packages/ai/src/ui: ui-messages.ts for the types,
 * validate-ui-messages.ts for what the SDK itself refuses, process-ui-message-stream.ts for what it writes).
 */

const providerMetadata = metadataOfProvider.optional()
const state = z.enum(['streaming', 'done']).optional()
const title = z.string().max(1000)

const TYPES =
  'text, reasoning, file, reasoning-file, custom, source-url, source-document, step-start, dynamic-tool, tool-<name>, data-<name>'

const textPart = z.strictObject({ type: z.literal('text'), text, state, providerMetadata }).meta({ id: 'TextPart' })

const plainPart = z.discriminatedUnion(
  'type',
  [
    textPart,
    z
      .strictObject({ type: z.literal('reasoning'), id: foreignId.optional(), text, state, providerMetadata })
      .meta({ id: 'ReasoningPart' }),
    z
      .strictObject({
        type: z.literal('file'),
        mediaType,
        url: fileUrl,
        filename: name.optional(),
        providerReference: providerReference.optional(),
        providerMetadata,
      })
      .meta({ id: 'FilePart' }),
    z
      .strictObject({ type: z.literal('reasoning-file'), mediaType, url: fileUrl, providerMetadata })
      .meta({ id: 'ReasoningFilePart' }),
    z.strictObject({ type: z.literal('custom'), kind: name, providerMetadata }).meta({ id: 'CustomPart' }),
    z
      .strictObject({
        type: z.literal('source-url'),
        sourceId: foreignId,
        url: sourceUrl,
        title: title.optional(),
        providerMetadata,
      })
      .meta({ id: 'SourceUrlPart' }),
    z
      .strictObject({
        type: z.literal('source-document'),
        sourceId: foreignId,
        mediaType,
        title,
        filename: name.optional(),
        providerMetadata,
      })
      .meta({ id: 'SourceDocumentPart' }),
    z.strictObject({ type: z.literal('step-start') }).meta({ id: 'StepStartPart' }),
    dynamicToolPart,
  ],
  { error: ({ code }) => (code === 'invalid_union' ? `must be one of ${TYPES}` : undefined) },
)

const dataPart = z
  .strictObject({
    type: z.templateLiteral(['data-', name], { error: 'must have a name of at most 255 characters after `data-`' }),
    id: foreignId.optional(),
    data: given,
    // The SDK keeps a chunk of its stream as the part; one that says `true` it does not keep.
    transient: z.literal(false).optional(),
  })
  .meta({ id: 'DataPart' })

const anyPart = z.union([plainPart, toolPart, dataPart])
export type Part = z.output<typeof anyPart>

const isNamed = (prefix: string, type: string) => type.length > prefix.length && type.startsWith(prefix)

/** The schema that a part claims to follow, so that its errors are those of this one. */
function schemaOf(part: unknown): z.ZodType<Part> {
  const type = typeof part === 'object' && part !== null && 'type' in part ? part.type : undefined
  if (typeof type !== 'string') return plainPart
  if (isNamed('tool-', type)) return toolPart
  return isNamed('data-', type) ? dataPart : plainPart
}

/**
 * One part. A refused one is told by its type and state: the path in it, `type` or `state` where that is unknown. The
 * union behind it meets valid parts only; it is what the OpenAPI document shows.
 */
export const messagePart = z
  .preprocess((part: z.input<typeof anyPart>, ctx) => {
    const { error } = schemaOf(part).safeParse(part)
    for (const issue of error?.issues ?? []) ctx.addIssue({ ...issue })
    return part
  }, anyPart)
  .meta({ id: 'MessagePart' })

/** Most parts of a message. */
export const MAX_PARTS = 200

/** A message's parts: at most 200, 256 KiB as JSON and, so that `content` can hold it, 200,000 characters of text. */
export const messageParts = withinJson(
  listOf(messagePart, { max: MAX_PARTS }).refine((parts) => textOf(parts).length <= MAX_TEXT, {
    error: `must not have more than ${MAX_TEXT} characters of text`,
  }),
)

/** @returns the texts one after the other; reasoning is none of them */
export function textOf(parts: readonly Part[]): string {
  let text = ''
  for (const part of parts) if (part.type === 'text') text += part.text
  return text
}

/** @returns the parts of a message that is only its `content` */
export const partsOf = (content: string): Part[] => (content === '' ? [] : [{ type: 'text', text: content }])

/** Parts as a message shows them. */
export interface ReadParts {
  parts: Part[]
  /** What is stored cannot be read, as it is of an older or newer format; `parts` are those of `content` instead. */
  tombstone: boolean
}

/**
 * Reads the parts of a row, whatever they are: a message that cannot be read must not break its thread.
 *
 * @param stored the column's JSON; null where the message has only ever been its `content`
 */
export function readParts(stored: unknown, content: string): ReadParts {
  if (stored === null || stored === undefined) return { parts: partsOf(content), tombstone: false }
  return Array.isArray(stored) && stored.every(isPart)
    ? { parts: stored, tombstone: false }
    : { parts: partsOf(content), tombstone: true }
}

const isPart = (part: unknown): part is Part => schemaOf(part).safeParse(part).success
