import type * as z from 'zod'
import type { context, contextRequest } from '../../src/features/context/schemas.ts'
import type { TestUser } from './harness.ts'
import { read } from './helpers.ts'

export type Context = z.output<typeof context>
export type ContextBody = Partial<z.input<typeof contextRequest>>

export const CONTEXT = '/v1/context'
export const contextFor = (user: TestUser, body: ContextBody) => read<Context>(user.post(CONTEXT, body))

/** The texts of each list. */
export const textsOf = ({ recent, recalled, passages }: Context) => ({
  recent: recent.map(({ content }) => content),
  recalled: recalled.map(({ content }) => content),
  passages: passages.map(({ content }) => content),
})

/** So many different words, of about two tokens each. */
export const words = (count: number, name = 'word'): string =>
  Array.from({ length: count }, (_, i) => `${name}${i}`).join(' ')

/** The ids of what was left out for this reason. */
export const omittedAs = ({ omitted }: Context, reason: string) =>
  omitted.filter((item) => item.reason === reason).map(({ id }) => id)
