import { announce, el } from './dom.js'
import { listOperations, methodBadge } from './operation.js'
import { resolve } from './schema.js'

const SHOWN = 20
let index

/** Everything that can be found: operations with their parameters and fields, schemas, sections of guides. Loaded at the first search. */
const loadIndex = () =>
  (index ??= build().catch((error) => {
    index = undefined
    throw error
  }))

async function build() {
  const [spec, guides] = await Promise.all(
    ['/openapi.json', '/docs/guides/index.json'].map(async (url) => (await fetch(url)).json()),
  )
  const operations = listOperations(spec).map(({ id, method, path, summary, tag, parameters, operation }) => {
    const media = [operation.requestBody, ...Object.values(operation.responses)].flatMap((part) =>
      Object.values(part?.content ?? {}),
    )
    const fields = new Map(parameters.map(({ name, description = '' }) => [name, description]))
    for (const { schema } of media) collectFields(spec, schema, fields)
    return entryOf({
      href: `/docs#${id}`,
      title: summary,
      kind: tag,
      method,
      names: `${id} ${method} ${path}`,
      fields,
      text: operation.description ?? '',
      place: path,
    })
  })
  const schemas = Object.entries(spec.components.schemas).map(([name, schema]) =>
    entryOf({
      href: `/docs#schema-${name}`,
      title: name,
      kind: 'Schema',
      names: '',
      fields: collectFields(spec, schema, new Map()),
      text: schema.description ?? '',
      place: 'Schema',
    }),
  )
  const sections = guides.flatMap(({ slug, title, sections }) =>
    sections.map((section) =>
      entryOf({
        href: `/docs/guides/${slug}${section.id ? `#${section.id}` : ''}`,
        title: section.title,
        kind: 'Guide',
        names: title,
        fields: new Map(),
        text: section.text,
        place: `Guide: ${title}`,
      }),
    ),
  )
  return [...operations, ...sections, ...schemas]
}

/** The names of all fields of a schema, with what they mean. Components inside it are schemas of their own. */
function collectFields(spec, raw, fields, depth = 0) {
  const { schema, name } = resolve(spec, raw)
  if (depth > 6 || (name && depth > 2)) return fields
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    fields.set(key, resolve(spec, value).schema.description ?? fields.get(key) ?? '')
    collectFields(spec, value, fields, depth + 1)
  }
  for (const part of [...(schema.oneOf ?? schema.anyOf ?? []), schema.items])
    if (part) collectFields(spec, part, fields, depth + 1)
  return fields
}

const entryOf = (entry) => ({
  ...entry,
  low: {
    title: entry.title.toLowerCase(),
    names: entry.names.toLowerCase(),
    kind: entry.kind.toLowerCase(),
    text: entry.text.toLowerCase(),
  },
})

/** The entries with all of the words, the best first: a title counts most, then paths and names, then fields, then descriptions. */
function find(entries, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const scored = entries.map((entry) => {
    const hits = words.map((word) => hitOf(entry, word))
    return {
      entry,
      score: hits.every(({ score }) => score > 0) ? hits.reduce((sum, { score }) => sum + score, 0) : 0,
      why: hits.find(({ why }) => why)?.why,
    }
  })
  return scored
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, SHOWN)
}

function hitOf({ low, fields, text, kind }, word) {
  if (low.title.startsWith(word) || low.names.startsWith(word)) return { score: 10 }
  if (low.title.includes(word)) return { score: low.title.includes(` ${word}`) ? 9 : 7 }
  if (low.names.includes(word) || low.kind.includes(word)) return { score: 6 }
  for (const [name, description] of fields) {
    if (name.toLowerCase().includes(word))
      return { score: name.toLowerCase() === word ? 5 : 4, why: description ? `${name}: ${description}` : name }
  }
  const at = low.text.indexOf(word)
  if (at >= 0) return { score: kind === 'Guide' ? 3 : 2, why: around(text, at) }
  for (const [name, description] of fields)
    if (description.toLowerCase().includes(word)) return { score: 1, why: `${name}: ${description}` }
  return { score: 0 }
}

const around = (text, at) =>
  `${at > 40 ? '…' : ''}${text.slice(Math.max(0, at - 40), at + 80)}${text.length > at + 80 ? '…' : ''}`

/** The dialog behind the search buttons, `/` and Ctrl+K. */
export function installSearch() {
  const input = el('input', {
    id: 'search-input',
    role: 'combobox',
    'aria-label': 'Search the reference and the guides',
    'aria-controls': 'search-hits',
    'aria-expanded': 'false',
    'aria-autocomplete': 'list',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: 'Operation, field, word',
  })
  const list = el('ul', { id: 'search-hits', role: 'listbox', 'aria-label': 'Found' })
  const note = el('p', { class: 'note', role: 'status' })
  const dialog = el('dialog', { class: 'search', 'aria-label': 'Search' }, input, list, note)
  document.body.append(dialog)
  let hits = []
  let current = 0

  const mark = (next) => {
    current = next
    for (const [i, item] of [...list.children].entries()) item.setAttribute('aria-selected', String(i === current))
    input.setAttribute('aria-activedescendant', hits.length > 0 ? `search-hit-${current}` : '')
    list.children[current]?.scrollIntoView({ block: 'nearest' })
  }
  const open = () => {
    if (!dialog.open) dialog.showModal()
    input.select()
    loadIndex().catch(() => (note.textContent = 'The search could not be loaded.'))
  }
  const go = (hit) => {
    dialog.close()
    location.assign(hit.entry.href)
    // The address may be the same as before.
    if (new URL(hit.entry.href, location.href).pathname === location.pathname) dispatchEvent(new Event('hashchange'))
  }
  const update = async () => {
    hits = find(await loadIndex(), input.value)
    list.replaceChildren(
      ...hits.map((hit, i) =>
        el(
          'li',
          { id: `search-hit-${i}`, role: 'option', click: () => go(hit) },
          hit.entry.method && methodBadge(hit.entry.method),
          el(
            'span',
            { class: 'label' },
            hit.entry.title,
            el('span', { class: 'path' }, hit.entry.place),
            hit.why && el('span', { class: 'why' }, hit.why),
          ),
        ),
      ),
    )
    input.setAttribute('aria-expanded', String(hits.length > 0))
    note.textContent =
      input.value.trim() === ''
        ? ''
        : hits.length === 0
          ? 'Nothing found.'
          : `${hits.length === SHOWN ? `The best ${SHOWN}` : hits.length} found. Arrows and Enter go there.`
    mark(0)
  }
  input.addEventListener(
    'input',
    () => void update().catch(() => (note.textContent = 'The search could not be loaded.')),
  )
  input.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === 'Enter' && hits[current]) go(hits[current])
    if (!step || hits.length === 0) return
    event.preventDefault()
    mark((current + step + hits.length) % hits.length)
  })
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close())
  for (const button of document.querySelectorAll('.open-search')) button.addEventListener('click', open)
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest?.('input, textarea, select')
    const isShortcut =
      (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) ||
      (event.key === 'k' && (event.ctrlKey || event.metaKey))
    if (!isShortcut) return
    event.preventDefault()
    open()
  })
}
