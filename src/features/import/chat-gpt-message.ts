/*
 * Messages as ChatGPT's `conversations.json` has them in 2023–2026. There is no public schema; what is known is that
 * `content.content_type` says which fields `content` has, and that new types come without notice.
 */

type Fields = Record<string, unknown>

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** @returns '' where there is no text */
export const textField = (fields: Fields, name: string): string => {
  const value = fields[name]
  return typeof value === 'string' ? value : ''
}

/** Unix seconds with a fraction; some tools write ISO-8601. */
export function secondsOf(value: unknown): number | null {
  const seconds = typeof value === 'string' ? Date.parse(value) / 1000 : value
  return typeof seconds === 'number' && seconds > 0 && seconds < 253_402_000_000 ? seconds : null
}

export function toTime(value: unknown): string | undefined {
  const seconds = secondsOf(value)
  return seconds === null ? undefined : new Date(seconds * 1000).toISOString()
}

/** What was written to the model unseen: custom instructions, memories. */
const UNSEEN: ReadonlySet<string> = new Set(['user_editable_context', 'model_editable_context'])
/** Says how long a model has thought. */
const NOTE = 'reasoning_recap'
const ROLES: ReadonlySet<string> = new Set(['system', 'user', 'assistant', 'tool'])

interface ReadMessage {
  /** In the words of an export's line; null where there is nothing to read. Not checked yet. */
  message: Fields | null
  /** What Parley cannot take along, by its kind: images, audio. */
  leftOut: string[]
}

export function readMessage(source: Fields | null): ReadMessage {
  const nothing: ReadMessage = { message: null, leftOut: [] }
  if (source === null) return nothing
  const author = isObject(source['author']) ? source['author'] : {}
  const content = isObject(source['content']) ? source['content'] : {}
  const metadata = isObject(source['metadata']) ? source['metadata'] : {}
  const role = textField(author, 'role')
  const type = textField(content, 'content_type')
  const isHidden = metadata['is_visually_hidden_from_conversation'] === true
  if (!ROLES.has(role) || isHidden || UNSEEN.has(type) || type === NOTE) return nothing

  const { text, leftOut } = readContent(content)
  const reasoning = type === 'thoughts' ? readThoughts(content) : ''
  if (text.trim() === '' && reasoning === '') return { message: null, leftOut }
  const model = textField(metadata, 'model_slug')
  const createdAt = toTime(source['create_time'])
  const message = {
    role,
    content: text,
    reasoning: reasoning || null,
    model: role === 'assistant' && model !== '' ? model : null,
    status: textField(source, 'status') === 'in_progress' ? 'failed' : 'complete',
    metadata: { chatgpt: describe({ author, content, source, type, leftOut }) },
    createdAt,
    updatedAt: toTime(source['update_time']) ?? createdAt,
    deletedAt: null,
  }
  return { message, leftOut }
}

/** What is not in the text: of code in which language for which tool, of an answer by which tool. */
function describe({
  author,
  content,
  source,
  type,
  leftOut,
}: Record<'author' | 'content' | 'source', Fields> & {
  type: string
  leftOut: string[]
}): Fields {
  const recipient = textField(source, 'recipient')
  const known = {
    contentType: type,
    tool: textField(author, 'name') || (recipient === 'all' ? '' : recipient),
    language: type === 'code' ? textField(content, 'language') : '',
    url: textField(content, 'url'),
    title: textField(content, 'title'),
  }
  const named = Object.entries(known).filter(
    ([name, value]) => value !== '' && !(name === 'contentType' && value === 'text'),
  )
  const short = named.map(([name, value]) => [name, value.slice(0, 1000).toWellFormed()])
  return { ...Object.fromEntries(short), ...(leftOut.length > 0 && { leftOut: leftOut.slice(0, 20) }) }
}

/** `text` and `multimodal_text` have parts, the others one text, under a name of their own. */
function readContent(content: Fields): { text: string; leftOut: string[] } {
  const leftOut: string[] = []
  const texts: string[] = []
  const parts = Array.isArray(content['parts']) ? (content['parts'] as unknown[]) : []
  for (const part of parts) {
    if (typeof part === 'string') texts.push(part)
    else if (isObject(part)) {
      const text = textField(part, 'text')
      if (text !== '') texts.push(text)
      else leftOut.push(kindOf(textField(part, 'content_type')))
    }
  }
  const whole = texts.filter((text) => text !== '').join('\n')
  return { text: whole || textField(content, 'text') || textField(content, 'result'), leftOut }
}

const KINDS = ['image', 'audio', 'video']
const kindOf = (contentType: string) => KINDS.find((kind) => contentType.includes(kind)) ?? 'part'

function readThoughts({ thoughts }: Fields): string {
  if (!Array.isArray(thoughts)) return ''
  const texts = (thoughts as unknown[]).filter(isObject).map((thought) => {
    return [textField(thought, 'summary'), textField(thought, 'content')].filter(Boolean).join('\n')
  })
  return texts.filter(Boolean).join('\n\n')
}
