import { exampleOf } from './example.js'

/**
 * Commands for a POSIX shell that call an operation: one for each example of its body, or one without a body. Ids in the path
 * and tokens are left to variables of the shell.
 *
 * @param {string} origin of the API
 * @param {{ method: string, path: string, parameters: any[], operation: any }} entry
 * @param {any[]} schemes what the operation can be authorized with, the best first
 * @returns {{ title: string, command: string }[]}
 */
export function samplesOf(spec, origin, entry, schemes) {
  const bodies = bodyExamples(entry.operation.requestBody)
  if (bodies.length === 0) return [{ title: 'Request', command: curl(spec, origin, entry, schemes[0], null) }]
  return bodies.map((body) => ({
    title: `Request: ${body.summary}`,
    command: curl(spec, origin, entry, schemes[0], body),
  }))
}

/** The examples of a body, of all its media types. */
export function bodyExamples(requestBody) {
  return Object.entries(requestBody?.content ?? {}).flatMap(([type, { examples = {} }]) =>
    Object.entries(examples).map(([name, { summary = name, value, 'x-from-page': fromPage = false }]) => ({
      type,
      summary,
      value,
      fromPage,
    })),
  )
}

function curl(spec, origin, { method, path, parameters }, scheme, body) {
  const query = new URLSearchParams()
  for (const { name, schema, required, in: place } of parameters) {
    if (place === 'query' && required) query.set(name, String(exampleOf(spec, schema).value))
  }
  const url = origin + path.replaceAll(/\{(\w+)\}/g, (_, name) => `$${variableOf(name)}`)
  const verb = method === 'get' ? '' : ` -X ${method.toUpperCase()}`
  return [
    `curl${verb} "${url}${query.size > 0 ? `?${query}` : ''}"`,
    ...credentials(scheme, origin, body?.fromPage),
    ...(body ? [`-H 'Content-Type: ${body.type}'`, `--data-binary ${dataOf(body)}`] : []),
  ].join(' \\\n  ')
}

/** Cookies are only taken from pages, which browsers say in `Origin`. */
function credentials(scheme, origin, fromPage) {
  const page = `-H 'Origin: ${origin}'`
  if (fromPage) return [page]
  if (scheme?.in === 'cookie') return [page, `-H "Cookie: ${scheme.name}=$REFRESH_COOKIE"`]
  return scheme ? ['-H "Authorization: Bearer $TOKEN"'] : []
}

/** `conversationId` → `CONVERSATION_ID` */
const variableOf = (name) => name.replaceAll(/(?=[A-Z])/g, '_').toUpperCase()

function dataOf({ value }) {
  const text = typeof value === 'string' ? value : toJson(value)
  // The shell changes nothing in single quotes; its variables go between two such pieces.
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
    .replace('"ACCESS_TOKEN"', `"'"$TOKEN"'"`)
    .replace('"REFRESH_TOKEN"', `"'"$REFRESH_TOKEN"'"`)
}

/** Indented, but for lists of numbers: an embedding has 1536. */
export const toJson = (value) =>
  JSON.stringify(value, null, 2).replaceAll(/\[[\d.,\s-]+\]/g, (numbers) => numbers.replaceAll(/\s+/g, ' '))
