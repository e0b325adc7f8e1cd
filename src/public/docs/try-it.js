import { signInButton } from './authorization.js'
import { announce, codeBlock, detailsView, el } from './dom.js'
import { exampleOf } from './example.js'
import { toJson } from './sample.js'
import { resolve } from './schema.js'
import { getToken } from './sign-in.js'

const HEADERS = ['Content-Type', 'ETag', 'Location', 'Retry-After', 'Server-Timing', 'X-Request-Id']
/** Characters of an answer that are shown; the rest is for the file. */
const SHOWN = 50_000
/** The parameter that an answer's `id` is for. */
const PARAMETER_OF = { Conversations: 'conversationId', Messages: 'messageId', Documents: 'documentId' }
/** What the last answers had, by parameter: the next form begins with it. */
const known = new Map()

/** A form that sends the operation from this page. */
export const tryView = (call) =>
  detailsView({ class: 'try', id: `${call.entry.id}-try` }, 'Try it', () => formView(call))

function formView({ spec, entry, schemes, samples, onSample }) {
  const fields = entry.parameters
    .filter((parameter) => parameter.in !== 'cookie')
    .map((parameter) => ({ parameter, input: inputOf(spec, entry.id, parameter) }))
  const body = samples[0].body && el('textarea', { id: `${entry.id}-try-body`, rows: '8', spellcheck: 'false' })
  const fill = (index) => body && (body.value = textOf(samples[index].body.value))
  let type = samples[0].body?.type
  onSample((index) => {
    type = samples[index].body?.type
    fill(index)
  })
  fill(0)
  const result = el('div', { class: 'result' })
  const button = el('button', { class: 'primary' }, `Send ${entry.method.toUpperCase()}`)
  const submit = async (event) => {
    event.preventDefault()
    const request = requestOf(entry, { schemes, fields, type: body?.value && type, text: body?.value })
    if (request.fault) return result.replaceChildren(el('p', { role: 'alert' }, request.fault))
    if (
      isDestructive(entry, body?.value) &&
      !confirm(`${entry.summary}?\n\n${entry.method.toUpperCase()} ${request.url}`)
    )
      return
    button.disabled = true
    result.replaceChildren(...(await send(entry, request)))
    button.disabled = false
    button.focus()
  }
  return el(
    'form',
    { submit: (event) => void submit(event) },
    schemes.length > 0 && tokenHint(entry.id),
    fields.map(({ parameter, input }) => [
      el(
        'label',
        { for: input.id },
        el('code', {}, parameter.name),
        parameter.required && [' ', el('span', { class: 'required' }, 'required')],
      ),
      input,
    ]),
    body && [el('label', { for: body.id }, 'Body'), body],
    button,
    result,
  )
}

function tokenHint(id) {
  const hint = el(
    'p',
    { class: 'buttons' },
    'Without a token. ',
    signInButton(`#${id}-try`),
    el('a', { href: '#authorization' }, 'Give this page one'),
  )
  const show = () => (hint.hidden = getToken() !== '')
  document.addEventListener('tokenchange', show)
  show()
  return hint
}

function inputOf(spec, operationId, { name, in: place, required, schema: raw }) {
  const { schema } = resolve(spec, raw)
  const id = `${operationId}-try-${name}`
  const values = schema.enum ?? (schema.type === 'boolean' ? ['true', 'false'] : null)
  if (values)
    return el(
      'select',
      { id },
      !required && el('option', { value: '' }, '—'),
      values.map((value) => el('option', {}, String(value))),
    )
  const example = String(exampleOf(spec, raw).value)
  const value = place === 'path' ? (known.get(name) ?? example) : required ? example : ''
  return el('input', {
    id,
    value,
    required,
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: schema.default ?? '',
  })
}

const textOf = (value) =>
  (typeof value === 'string' ? value : toJson(value)).replace('ACCESS_TOKEN', getToken() || 'ACCESS_TOKEN')

/** What cannot be taken back asks first. */
const isDestructive = ({ method, path }, text = '') =>
  method === 'delete' || (path.endsWith('/purge') && text.includes('confirmation')) || /"action":\s*"delete"/.test(text)

function requestOf({ method, path }, { schemes, fields, type, text }) {
  if (type === 'application/json') {
    try {
      JSON.parse(text)
    } catch (error) {
      return { fault: `The body is not JSON: ${error.message}` }
    }
  }
  const query = new URLSearchParams()
  const headers = new Headers(type ? { 'Content-Type': type } : {})
  let url = path
  for (const { parameter, input } of fields) {
    const { name, in: place, schema } = parameter
    if (place === 'path') url = url.replace(`{${name}}`, encodeURIComponent(input.value))
    else if (input.value !== '' && place === 'header') headers.set(name, input.value)
    else if (input.value !== '')
      for (const value of schema.type === 'array' ? input.value.split(',') : [input.value]) query.append(name, value)
  }
  const byCookie = schemes[0]?.in === 'cookie'
  if (getToken() && schemes.length > 0 && !byCookie) headers.set('Authorization', `Bearer ${getToken()}`)
  // With a token, the cookies of another sign-in on this host must not decide.
  const credentials = byCookie || !getToken() ? 'same-origin' : 'omit'
  const init = { method: method.toUpperCase(), headers, credentials, cache: 'no-store', ...(type && { body: text }) }
  return { url: query.size > 0 ? `${url}?${query}` : url, init }
}

/** @returns what is to be shown of the answer */
async function send({ id, tag }, { url, init }) {
  const start = performance.now()
  try {
    const response = await fetch(url, init)
    const blob = await response.blob()
    const ms = Math.round(performance.now() - start)
    const text = await blob.text()
    const value = parse(text)
    if (response.ok) remember(tag, value)
    const status = `${response.status} ${response.statusText}`.trim()
    announce(`Answer: ${status}`)
    return [
      el(
        'p',
        { class: 'status' },
        el('code', { class: response.ok ? 'ok' : 'failed' }, status),
        ` ${ms} ms, ${sizeOf(blob.size)}`,
      ),
      response.headers.get('Content-Type')?.startsWith('application/problem+json') && problemView(value),
      el(
        'dl',
        {},
        HEADERS.filter((name) => response.headers.has(name)).map((name) => [
          el('dt', {}, name),
          el('dd', {}, response.headers.get(name)),
        ]),
      ),
      ...bodyView(id, { blob, text, value }),
    ].filter(Boolean)
  } catch (error) {
    announce('The request failed.')
    return [el('p', { role: 'alert' }, `The request failed: ${error.message}`)]
  }
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function remember(tag, value) {
  const made = value?.id ?? value?.data?.[0]?.id
  if (made && PARAMETER_OF[tag]) known.set(PARAMETER_OF[tag], made)
  if (value?.conversationId) known.set('conversationId', value.conversationId)
}

const sizeOf = (bytes) => (bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} KiB`)

function problemView({ title, detail, code, errors = [] }) {
  return el(
    'div',
    { class: 'problem' },
    el('p', {}, el('strong', {}, title), ' ', el('code', {}, code)),
    detail && el('p', {}, detail),
    errors.length > 0 &&
      el(
        'ul',
        {},
        errors.map(({ path, message }) => el('li', {}, el('code', {}, path), `: ${message}`)),
      ),
    ['unauthenticated', 'session_revoked'].includes(code) &&
      el('p', {}, el('a', { href: '#authorization' }, 'Give this page a token')),
    code === 'not_registered' && el('p', {}, el('a', { href: '#signIn' }, 'Register with POST /v1/session')),
  )
}

function bodyView(id, { blob, text, value }) {
  if (blob.size === 0) return [el('p', { class: 'note' }, 'No body.')]
  const pretty = value === undefined ? text : toJson(value)
  const cut = pretty.length > SHOWN
  const href = URL.createObjectURL(blob)
  const extension = value === undefined ? 'ndjson' : 'json'
  return [
    codeBlock(
      'Answer',
      pretty.slice(0, SHOWN),
      cut && `The first ${SHOWN.toLocaleString('en')} of ${pretty.length.toLocaleString('en')} characters.`,
    ),
    el('p', {}, el('a', { href, download: `${id}.${extension}` }, 'Save as a file')),
  ]
}
