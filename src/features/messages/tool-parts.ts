import * as z from 'zod'
import { foreignId, given, jsonObject, name, providerMetadata, text } from './part-fields.ts'

const call = {
  toolCallId: foreignId,
  title: z.string().max(1000).optional(),
  toolMetadata: jsonObject.optional(),
  providerExecuted: z.boolean().optional(),
  callProviderMetadata: providerMetadata.optional(),
}

const asked = {
  id: foreignId,
  isAutomatic: z.boolean().optional(),
  descriptor: z.unknown().optional(),
  requestReason: text.optional(),
  signature: text.optional(),
}
const answered = <T extends z.ZodType<boolean>>(approved: T) =>
  z.strictObject({ ...asked, approved, reason: text.optional() })
const approved = answered(z.literal(true))

const STATES = [
  'input-streaming',
  'input-available',
  'approval-requested',
  'approval-responded',
  'output-available',
  'output-error',
  'output-denied',
]

/** The states of a tool call, and what each of them has; what a state does not have is an unknown field there. */
const statesOf = <T extends z.ZodType<string>, F extends Record<string, z.ZodType>>(type: T, fields: F) => {
  const head = { type, ...fields, ...call }
  return z.discriminatedUnion(
    'state',
    [
      z.strictObject({ ...head, state: z.literal('input-streaming'), input: z.unknown().optional() }),
      z.strictObject({ ...head, state: z.literal('input-available'), input: given }),
      z.strictObject({
        ...head,
        state: z.literal('approval-requested'),
        input: given,
        approval: z.strictObject(asked),
      }),
      z.strictObject({
        ...head,
        state: z.literal('approval-responded'),
        input: given,
        approval: answered(z.boolean()),
      }),
      z.strictObject({
        ...head,
        state: z.literal('output-available'),
        input: given,
        // A tool that returns nothing has no output once it is JSON.
        output: z.unknown().optional(),
        preliminary: z.boolean().optional(),
        resultProviderMetadata: providerMetadata.optional(),
        approval: approved.optional(),
      }),
      z.strictObject({
        ...head,
        state: z.literal('output-error'),
        // Missing where the model wrote something that could not be read; that is in `rawInput`.
        input: z.unknown().optional(),
        rawInput: z.unknown().optional(),
        errorText: text,
        resultProviderMetadata: providerMetadata.optional(),
        approval: approved.optional(),
      }),
      z.strictObject({
        ...head,
        state: z.literal('output-denied'),
        input: given,
        approval: answered(z.literal(false)),
      }),
    ],
    { error: `must be one of ${STATES.join(', ')}` },
  )
}

/** A call of a tool that the app knows: its name is in the type. */
export const toolPart = statesOf(
  z.templateLiteral(['tool-', name], { error: 'must have a name of at most 255 characters after `tool-`' }),
  {},
).meta({ id: 'ToolPart' })

/** A call of a tool that the app gets to know as it runs, as from an MCP server. */
export const dynamicToolPart = statesOf(z.literal('dynamic-tool'), { toolName: name }).meta({ id: 'DynamicToolPart' })
