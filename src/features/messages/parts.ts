import * as z from 'zod'
import { listOf } from '../../http/fields.ts'
import { isObject, openObject, shownAs } from '../../http/open-object.ts'
import { MAX_PARTS, MAX_PARTS_BYTES, MAX_TEXT, withinSize } from './part-bounds.ts'

/*
 * The parts of the AI SDK's `UIMessage` (vercel/ai, packages/ai/src/ui/ui-messages.ts). What an SDK makes is kept as it comes: these
 * schemas name what Parley and its pages read, and all other fields and types pass (docs/decisions/038-messages-as-they-come.md).
 */

const optionalText = z.string().optional()
const textPart = z
  .looseObject({ type: z.literal('text'), text: z.string(), state: optionalText })
  .meta({ id: 'TextPart' })
const reasoningPart = z
  .looseObject({ type: z.literal('reasoning'), text: optionalText, state: optionalText })
  .meta({ id: 'ReasoningPart' })
const filePart = z
  .looseObject({
    type: z.enum(['file', 'reasoning-file']),
    url: optionalText.meta({ description: 'Where the file is, or a data URL with all of it' }),
    mediaType: optionalText,
    filename: optionalText,
  })
  .meta({ id: 'FilePart' })
const sourcePart = z
  .looseObject({ type: z.enum(['source-url', 'source-document']), url: optionalText, title: optionalText })
  .meta({ id: 'SourcePart' })
const toolPart = z
  .looseObject({
    type: z.union([z.literal('dynamic-tool'), z.templateLiteral(['tool-', z.string()])]),
    toolCallId: optionalText,
    toolName: optionalText,
    state: optionalText,
  })
  .meta({ id: 'ToolPart' })
const dataPart = z
  .looseObject({ type: z.templateLiteral(['data-', z.string()]), id: optionalText, data: z.unknown().optional() })
  .meta({ id: 'DataPart' })
const KNOWN = '^(text|reasoning|file|reasoning-file|source-url|source-document|dynamic-tool|tool-.*|data-.*)$'
const otherPart = z
  .looseObject({
    type: z
      .string()
      .min(1)
      .meta({ not: { pattern: KNOWN } }),
  })
  .meta({ id: 'OtherPart', description: 'Of any other type, known to Parley or not' })

type PartSchema = z.ZodObject<{ type: z.ZodType<string> }, z.core.$loose>

function schemaOf({ type }: Record<string, unknown>): PartSchema {
  switch (type) {
    case 'text':
      return textPart
    case 'reasoning':
      return reasoningPart
    case 'file':
    case 'reasoning-file':
      return filePart
    case 'source-url':
    case 'source-document':
      return sourcePart
    default:
  }
  if (isTool(type)) return toolPart
  return typeof type === 'string' && type.startsWith('data-') ? dataPart : otherPart
}

const isTool = (type: unknown) => typeof type === 'string' && (type.startsWith('tool-') || type === 'dynamic-tool')

export type Part = z.output<typeof otherPart>

/** One part, as an SDK has made it. */
export const messagePart: z.ZodType<Part, Part> = shownAs(
  openObject(schemaOf).meta({ id: 'MessagePart' }),
  z.union([textPart, reasoningPart, filePart, sourcePart, toolPart, dataPart, otherPart]),
)

/** A message's parts: at most 500, 2 MiB as JSON and, so that `content` can hold it, 200,000 characters of text. */
export const messageParts = withinSize(
  listOf(messagePart, { max: MAX_PARTS }).refine((parts) => textLength(parts) <= MAX_TEXT, {
    error: `must not have more than ${MAX_TEXT} characters of text`,
  }),
  MAX_PARTS_BYTES,
)

const textIn = (part: Part): string => (part.type === 'text' && typeof part['text'] === 'string' ? part['text'] : '')

/** The characters of all text parts, without the breaks between them. */
export const textLength = (parts: readonly Part[]): number =>
  parts.reduce((length, part) => length + textIn(part).length, 0)

/**
 * The text of a message: what its text parts say. Adjacent ones are one text; a step, a tool or any other part between two texts is a
 * paragraph break.
 */
export function textOf(parts: readonly Part[]): string {
  let text = ''
  let separator = ''
  for (const part of parts) {
    if (part.type !== 'text') separator = text === '' ? '' : '\n\n'
    const more = textIn(part)
    if (more === '') continue
    text += separator + more
    separator = ''
  }
  return text
}

/** @returns the parts of a message that is only its `content` */
export const partsOf = (content: string): Part[] => (content === '' ? [] : [{ type: 'text', text: content }])

/** Parts as a message shows them. */
export interface ReadParts {
  parts: Part[]
  /** What is stored is no list of parts; `parts` are those of `content` instead. */
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

const isPart = (part: unknown): part is Part =>
  isObject(part) && typeof part['type'] === 'string' && part['type'] !== ''
