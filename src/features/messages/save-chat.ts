import { jsonParam } from '../../db/request-size.ts'
import { textOf } from './parts.ts'
import type { ChatMessage } from './save-schemas.ts'

/** A list of messages as `app.save_chat` takes it, in JSON. */
export const toGiven = (list: readonly ChatMessage[]): string =>
  jsonParam(list.map((message, i) => ({ position: i + 1, ...message, ...textIn(message) })))

/** Most messages have one text: it is not sent twice. */
function textIn({ content, parts }: ChatMessage): { text?: string } {
  if (content !== undefined) return {}
  const texts = parts.filter(({ type }) => type === 'text')
  return texts.length <= 1 ? {} : { text: textOf(parts) }
}
