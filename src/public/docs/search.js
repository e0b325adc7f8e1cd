import { el } from './dom.js'
import { listOperations, methodBadge } from './operation.js'
import { resolve } from './schema.js'

const SHOWN = 20
let index

/** Everything that can be found: operations with their parameters and fields, sections of guides, schemas. Loaded at the first search. */
async function loadIndex() {
  if (index) return index
  const load = async (url) => (await fetch(url)).json()
  const [spec, guides] = await Promise.all([load('/openapi.json'), load('/docs/guides/index.json')])
  const operations = listOperations(spec).map(({ id, method, path, summary, tag, parameters, operation }) => {
    const contents = [operation.requestBody, ...Object.values(operation.responses)].map((part) => part?.content ?? {})
    const fields = new Map(parameters.map(({ name, description = '' }) => [name, description]))
    for (const { schema } of contents.flatMap(Object.values)) collectFields(spec, schema, fields)
    const names = `${id} ${method} ${path} ${tag}`
    return entryOf({
      href: `/docs#${id}`,
      title: summary,
      place: path,
      method,
      names,
      fields,
      text: operation.description,
    })
  })
  const schemas = Object.entries(spec.components.schemas).map(([title, schema]) => {
    const fields = collectFields(spec, schema, new Map())
    return entryOf({ href: `/docs#schema-${title}`, title, place: 'Schema', fields, text: schema.description })
  })
  const sections = guides.flatMap(({ slug, title: guide, sections }) =>
    sections.map(({ id, title, text }) =>
      entryOf({
        href: `/docs/guides/${slug}${id && `#${id}`}`,
        title,
        place: `Guide: ${guide}`,
        names: `guide ${guide}`,
        text,
      }),
    ),
  )
  return (index = [...operations, ...sections, ...schemas])
}

/** The names of all fields of a schema, with what they mean. Components deep inside it are schemas of their own. */
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

/** An entry and the texts that it is found by. Those that the list does not show in any case are shown where a word stands in them. */
function entryOf({ href, title, place, method, names = '', fields = new Map(), text = '' }) {
  const parts = [
    { text: title, weight: 10 },
    { text: names, weight: 6 },
    ...[...fields].map(([name, description]) => ({
      text: description ? `${name}: ${description}` : name,
      weight: 3,
      isShown: true,
    })),
    { text, weight: 2, isShown: true },
  ]
  return { href, title, place, method, parts: parts.map((part) => ({ ...part, low: part.text.toLowerCase() })) }
}

/** The entries with all of the words, the best first. */
function find(entries, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  const hits = entries.flatMap((entry) => {
    const found = words.map((word) => bestPart(entry, word))
    if (found.some(({ score }) => score === 0)) return []
    return { ...entry, score: found.reduce((sum, { score }) => sum + score, 0), why: found.find(({ why }) => why)?.why }
  })
  return hits.toSorted((a, b) => b.score - a.score).slice(0, SHOWN)
}

/** Where a word counts most: at the beginning of a text twice, of a word one and a half times as much. */
function bestPart({ parts }, word) {
  let best = { score: 0 }
  for (const { text, low, weight, isShown } of parts) {
    const at = low.indexOf(word)
    if (at < 0) continue
    const score = weight * (at === 0 ? 2 : /\W/.test(low[at - 1]) ? 1.5 : 1)
    const start = Math.max(0, at - 40)
    if (score > best.score) best = { score, why: isShown && `${start > 0 ? '…' : ''}${text.slice(start, at + 100)}` }
  }
  return best
}

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
    location.assign(hit.href)
    // The address may be the same as before.
    if (new URL(hit.href, location.href).pathname === location.pathname) dispatchEvent(new Event('hashchange'))
  }
  const update = async () => {
    hits = find(await loadIndex(), input.value)
    list.replaceChildren(
      ...hits.map((hit, i) =>
        el(
          'li',
          { id: `search-hit-${i}`, role: 'option', click: () => go(hit) },
          hit.method && methodBadge(hit.method),
          el(
            'span',
            { class: 'label' },
            hit.title,
            el('span', { class: 'path' }, hit.place),
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
