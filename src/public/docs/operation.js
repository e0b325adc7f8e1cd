import { codeBlock, detailsView, el, prose, table } from './dom.js'
import { exampleOf } from './example.js'
import { samplesOf, toJson } from './sample.js'
import { samplesView } from './samples-view.js'
import { constraints, fieldRules, hasFields, resolve, schemaView, typeLabel } from './schema.js'
import { tryView } from './try-it.js'

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options']

/**
 * The document's operations in the order of its paths.
 *
 * @returns {{ id: string, method: string, path: string, tag: string, summary: string, parameters: any[], operation: any }[]}
 */
export function listOperations(spec) {
  return Object.entries(spec.paths ?? {}).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => {
      const operation = item[method]
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(
        (parameter) => resolve(spec, parameter).schema,
      )
      const id = operation.operationId ?? `${method}-${path.replaceAll(/[^\w]+/g, '-')}`
      return {
        id,
        method,
        path,
        tag: operation.tags?.[0] ?? 'Other',
        summary: operation.summary ?? id,
        // An operation's own parameter stands in for the path's of the same name.
        parameters: parameters.filter(
          (parameter, i) =>
            !parameters.slice(i + 1).some((other) => other.name === parameter.name && other.in === parameter.in),
        ),
        operation,
      }
    }),
  )
}

export const methodBadge = (method) => el('span', { class: `method ${method}` }, method.toUpperCase())

/** Everything about one operation; a notice where that cannot be shown. */
export function operationView(spec, entry) {
  try {
    return wholeView(spec, entry)
  } catch (error) {
    console.error(`${entry.id} cannot be shown`, error)
    const text = `${entry.method.toUpperCase()} ${entry.path} cannot be shown here. openapi.json describes it.`
    return el(
      'article',
      { id: entry.id, class: 'operation' },
      el('h3', { tabindex: '-1' }, entry.summary),
      el('p', {}, text),
    )
  }
}

function wholeView(spec, entry) {
  const { id, method, path, summary, operation } = entry
  const body = requestBody(spec, operation)
  const schemes = securitySchemes(spec, operation)
  const heading = `${id}-heading`
  return el(
    'article',
    { id, class: 'operation', 'aria-labelledby': heading },
    el(
      'header',
      {},
      el(
        'h3',
        { id: heading, tabindex: '-1' },
        summary,
        operation.deprecated && [' ', el('span', { class: 'deprecated' }, 'deprecated')],
        ' ',
        anchor(id, summary),
      ),
      el('p', { class: 'route' }, methodBadge(method), ' ', el('code', {}, ...pathParts(path))),
    ),
    el(
      'div',
      { class: 'details' },
      prose(operation.description),
      authView(schemes),
      parametersView(spec, entry),
      body && bodyView(spec, body, id),
      responsesView(spec, operation, id),
    ),
    el('div', { class: 'examples' }, ...examples(spec, entry, schemes)),
  )
}

const anchor = (id, what) => el('a', { class: 'anchor', href: `#${id}`, 'aria-label': `Link to ${what}` }, '#')

/** `saveChat-body` is the address of what an operation takes. */
function sectionHeading(operationId, title, more = []) {
  const id = `${operationId}-${title.toLowerCase()}`
  return el('h4', { id, tabindex: '-1' }, title, ' ', more, anchor(id, `${title} of ${operationId}`))
}

/** Breaks long paths before a slash, and tells their parameters apart. */
function pathParts(path) {
  return path.split(/(?=\/)|(\{[^}]+\})/).flatMap((part) => {
    if (!part) return []
    return part.startsWith('{') ? [el('span', { class: 'placeholder' }, part)] : [el('wbr'), part]
  })
}

/** What an operation can be authorized with, the best first. */
export function securitySchemes(spec, operation) {
  const names = (operation.security ?? spec.security ?? []).flatMap((requirement) => Object.keys(requirement))
  return names.map((name) => ({ name, ...spec.components?.securitySchemes?.[name] }))
}

function authView(schemes) {
  if (schemes.length === 0) return el('p', { class: 'auth' }, 'Open: no token is needed.')
  return schemes.map(({ scheme, description }) =>
    el(
      'p',
      { class: 'auth' },
      el('strong', {}, scheme === 'bearer' ? 'Bearer token' : 'Cookie'),
      description && `: ${description}`,
    ),
  )
}

function parametersView(spec, { id, parameters }) {
  if (parameters.length === 0) return null
  const rows = parameters.map((parameter) => [
    [el('code', {}, parameter.name), parameter.required && [' ', el('span', { class: 'required' }, 'required')]],
    parameter.in,
    typeLabel(spec, parameter.schema),
    [
      prose(parameter.description ?? resolve(spec, parameter.schema).schema.description),
      constraints(spec, parameter.schema).map((rule) => [el('span', { class: 'rule' }, rule), ' ']),
    ],
  ])
  return [sectionHeading(id, 'Parameters'), table(['Name', 'In', 'Type', 'Meaning'], rows)]
}

function requestBody(spec, operation) {
  if (!operation.requestBody) return null
  const { schema: body } = resolve(spec, operation.requestBody)
  const [type, media] = Object.entries(body.content ?? {})[0] ?? []
  return type
    ? { type, schema: media.schema ?? {}, required: body.required === true, description: body.description }
    : null
}

function bodyView(spec, body, id) {
  const { schema } = resolve(spec, body.schema)
  return [
    sectionHeading(id, 'Body', [
      el('span', { class: 'media' }, body.type),
      body.required && el('span', { class: 'required' }, 'required'),
    ]),
    prose(body.description ?? schema.description),
    schemaView(spec, body.schema, 'request') ?? el('p', {}, ...typeLabel(spec, body.schema)),
    fieldRules(schema).map((rule) => prose(rule)),
    schema.additionalProperties === false && el('p', { class: 'note' }, 'Other fields are refused.'),
  ]
}

function responsesView(spec, operation, id) {
  const responses = Object.entries(operation.responses ?? {}).map(([status, raw]) => ({
    status,
    response: resolve(spec, raw).schema,
  }))
  const answers = responses.filter(({ status }) => !/^[45]/.test(status))
  const failures = responses.filter(({ status }) => /^[45]/.test(status))
  return [
    sectionHeading(id, 'Answers'),
    ...answers.map((answer, i) => answerView(spec, answer, i === 0)),
    failures.length > 0 && [sectionHeading(id, 'Failures'), failuresView(spec, failures)],
  ]
}

function answerView(spec, { status, response }, isFirst) {
  const [type, media] = Object.entries(response.content ?? {})[0] ?? []
  const headers = Object.entries(response.headers ?? {})
  return el(
    'section',
    { class: 'answer' },
    el(
      'p',
      { class: 'status' },
      el('code', {}, status),
      ' ',
      response.description ?? '',
      type && [' ', el('span', { class: 'media' }, type)],
    ),
    headers.length > 0 && el('p', { class: 'rules' }, 'Headers: ', headers.map(([name]) => name).join(', ')),
    media?.schema && answerFields(spec, media.schema, isFirst),
  )
}

/** The fields of the first answer lie open; those of the others mostly are the same. */
function answerFields(spec, schema, isOpen) {
  if (!hasFields(spec, schema)) return el('p', { class: 'type' }, ...typeLabel(spec, schema))
  // As text: a link in a summary could not be reached.
  const label = el('span', {}, ...typeLabel(spec, schema)).textContent
  return detailsView({ open: isOpen }, label, () => schemaView(spec, schema, 'response'))
}

function failuresView(spec, failures) {
  const rows = failures.map(({ status, response }) => [
    el('code', {}, status),
    problemCodes(spec, response).map((code) => [el('code', {}, code), ' ']),
    prose(response.description),
  ])
  return table(['Status', 'Codes', 'Meaning'], rows)
}

/** The values that the problem's `code` can have: said by the response itself, or by the schema of its body. */
function problemCodes(spec, response) {
  if (Array.isArray(response['x-problem-codes'])) return response['x-problem-codes'].map(String)
  const [media] = Object.values(response.content ?? {})
  const { schema } = resolve(spec, media?.schema)
  const code = resolve(spec, schema.properties?.code).schema
  return (code.enum ?? ('const' in code ? [code.const] : [])).map(String)
}

function examples(spec, entry, schemes) {
  const origin = new URL(spec.servers?.[0]?.url ?? '/', location.href).href.replace(/\/$/, '')
  const samples = samplesOf(spec, origin, entry, schemes)
  const view = samplesView(entry, samples)
  return [
    view.element,
    tryView({ spec, entry, schemes, samples, onSample: view.onSample }),
    ...answerExample(spec, entry.operation),
  ]
}

function answerExample(spec, operation) {
  const [status, raw] = Object.entries(operation.responses ?? {}).find(([status]) => /^2/.test(status)) ?? []
  const media = raw && resolve(spec, raw).schema.content?.['application/json']
  if (!media?.schema) return []
  const example = exampleOf(spec, media.schema)
  return [codeBlock(`Answer ${status}`, toJson(example.value), shortenedNote(example))]
}

const shortenedNote = ({ shortened }) => (shortened.length > 0 ? `Shortened: ${shortened.join(', ')}.` : null)
