import { CLIENT_CALLS } from './client-calls.js'
import { exampleOf } from './example.js'
import { toJs } from './literal.js'

/** The languages of samples, as tabs name them. */
export const LANGUAGES = { curl: 'curl', fetch: 'fetch', client: '@parley/client' }

/**
 * Calls of an operation in each language: one for each example of its body, or one without a body. Ids in the path and tokens are
 * left to variables: `$CONVERSATION_ID` of a POSIX shell, `conversationId` of a script.
 *
 * @param {string} origin of the API
 * @param {{ id: string, method: string, path: string, parameters: any[], operation: any }} entry
 * @param {any[]} schemes what the operation can be authorized with, the best first
 * @returns {{ title: string, body: ReturnType<typeof bodyExamples>[number] | null, curl: string, fetch: string, client: string | null }[]}
 */
export function samplesOf(spec, origin, entry, schemes) {
  const bodies = bodyExamples(entry.operation.requestBody)
  return (bodies.length > 0 ? bodies : [null]).map((body) => {
    const call = { ...entry, origin, query: requiredQuery(spec, entry), scheme: schemes[0], body }
    return {
      title: body?.summary ?? 'Request',
      body,
      curl: curl(call),
      fetch: fetchCall(call),
      client: clientCall(call),
    }
  })
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

function requiredQuery(spec, { parameters }) {
  const query = new URLSearchParams()
  for (const { name, schema, required, in: place } of parameters) {
    if (place === 'query' && required) query.set(name, String(exampleOf(spec, schema).value))
  }
  return query.size > 0 ? `?${query}` : ''
}

function curl({ origin, method, path, query, scheme, body }) {
  const url = origin + path.replaceAll(/\{(\w+)\}/g, (_, name) => `$${variableOf(name)}`) + query
  const verb = method === 'get' ? '' : ` -X ${method.toUpperCase()}`
  return [
    `curl${verb} "${url}"`,
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

const usesCookies = ({ scheme, body }) => scheme?.in === 'cookie' || body?.fromPage === true

function fetchCall(call) {
  const { origin, method, path, query, scheme, body, operation } = call
  const url = origin + path.replaceAll(/\{(\w+)\}/g, (_, name) => `\${${name}}`) + query
  const headers = [
    scheme && !usesCookies(call) && 'Authorization: `Bearer ${token}`',
    body && `'Content-Type': '${body.type}'`,
  ].filter(Boolean)
  const init = [
    method !== 'get' && `method: '${method.toUpperCase()}'`,
    usesCookies(call) && `credentials: 'include'`,
    headers.length > 0 && `headers: { ${headers.join(', ')} }`,
    body && `body: ${typeof body.value === 'string' ? toJs(body.value) : `JSON.stringify(${toJs(body.value, '  ')})`}`,
  ].filter(Boolean)
  const quote = url.includes('${') ? '`' : "'"
  const options = init.length > 0 ? `, {\n${init.map((line) => `  ${line},\n`).join('')}}` : ''
  return `const response = await fetch(${quote}${url}${quote}${options})\n${readingOf(operation)}`
}

function readingOf({ responses }) {
  const types = Object.entries(responses).flatMap(([status, { content }]) =>
    status < 300 ? Object.keys(content ?? {}) : [],
  )
  if (types.length === 0) return 'console.log(response.status)'
  return `console.log(response.status, await response.${types.every((type) => type.endsWith('json') && !type.includes('nd')) ? 'json' : 'text'}())`
}

function clientCall(call) {
  const statement = CLIENT_CALLS[call.id]?.(call.body?.value)
  if (!statement) return null
  const auth = usesCookies(call) ? 'cookie' : 'bearer'
  return `import { ${auth}, createParley } from '@parley/client'

const parley = createParley({ baseUrl: '${call.origin}', auth: ${auth}(${auth === 'bearer' ? '() => token' : ''}) })

${statement}`
}
