import { jsonParam } from '../../db/request-size.ts'
import { textOf } from './parts.ts'
import type { ChatMessage } from './save-schemas.ts'

/** A list of messages as `app.save_chat` takes it, in JSON. */
export const toGiven = (list: readonly ChatMessage[]): string =>
  jsonParam(
    list.map(({ id, role, parts, content, metadata, attachments, reasoning, status, model, usage }, i) => {
      const given = {
        position: i + 1,
        id,
        role,
        parts,
        content,
        metadata,
        attachments,
        reasoning,
        status,
        model,
        usage,
      }
      return content === undefined && hasTexts(parts) ? { ...given, text: textOf(parts) } : given
    }),
  )

/** Most messages have one text: it is not sent twice. */
const hasTexts = (parts: ChatMessage['parts']): boolean => parts.filter(({ type }) => type === 'text').length > 1
