import { type AppError, fail, ok, type Result } from '../../result.ts'
import { textOf } from './parts.ts'
import type { ChatMessage } from './save-schemas.ts'

/** What Neon takes in a request, less what is sent beside the list. */
const MAX_SENT = 10_200_000

const TOO_LARGE: AppError = {
  code: 'payload_too_large',
  detail:
    'The messages are larger than what the database takes in one call. Save the chat without its oldest messages.',
}

/**
 * A list of messages as `app.save_chat` takes it.
 *
 * @returns JSON, or `payload_too_large` where it would be more than Neon takes: JSON within JSON grows by each quote
 */
export function toGiven(list: readonly ChatMessage[]): Result<string> {
  const given = JSON.stringify(list.map((message, i) => ({ position: i + 1, ...message, ...textIn(message) })))
  const fits = given.length * 6 < MAX_SENT || new TextEncoder().encode(JSON.stringify(given)).length <= MAX_SENT
  return fits ? ok(given) : fail(TOO_LARGE)
}

/** Most messages have one text: it is not sent twice. */
function textIn({ content, parts }: ChatMessage): { text?: string } {
  if (content !== undefined) return {}
  const texts = parts.filter(({ type }) => type === 'text')
  return texts.length <= 1 ? {} : { text: textOf(parts) }
}
