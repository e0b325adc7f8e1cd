import { announce, el, prose } from './dom.js'
import { listOperations, methodBadge, operationView } from './operation.js'
import { resolve, schemaView, typeLabel } from './schema.js'

const byId = (id) => document.getElementById(id)
const main = byId('content')
const sidebar = byId('sidebar')
const filter = byId('filter')
const menu = document.querySelector('.menu')

await load()

async function load() {
  main.setAttribute('aria-busy', 'true')
  try {
    const response = await fetch('/openapi.json')
    if (!response.ok) throw new Error(`the server answered ${response.status}`)
    const spec = await response.json()
    if (!spec?.paths) throw new Error('it holds no paths')
    render(spec)
  } catch (error) {
    const retry = el('button', { type: 'button', click: () => void load() }, 'Try again')
    const reason = error instanceof SyntaxError ? 'it is not JSON' : error.message
    main.replaceChildren(
      el(
        'div',
        { class: 'notice', role: 'alert' },
        el('h1', {}, 'The reference could not be loaded'),
        el('p', {}, 'It is made from ', el('a', { href: '/openapi.json' }, '/openapi.json'), `, and ${reason}.`),
        retry,
      ),
    )
  }
  main.removeAttribute('aria-busy')
}

function render(spec) {
  const operations = listOperations(spec)
  const groups = groupByTag(spec, operations)
  const schemas = Object.keys(spec.components?.schemas ?? {})
  const title = spec.info?.title ?? 'API'
  document.title = `${title} API reference`
  byId('title').textContent = title
  byId('version').textContent = spec.info?.version ?? ''
  main.replaceChildren(
    el(
      'section',
      { class: 'intro', 'aria-labelledby': 'intro' },
      el('h1', { id: 'intro' }, `${title} API`),
      prose(spec.info?.description),
    ),
    ...groups.map((group) => groupView(spec, group)),
    ...(schemas.length > 0 ? [schemasView(spec, schemas)] : []),
  )
  byId('contents').replaceChildren(...groups.map(contentsView), schemaContents(schemas))
  filter.addEventListener('input', applyFilter)
  markCurrent()
  goToHash()
}

function groupByTag(spec, operations) {
  const named = (spec.tags ?? []).map((tag) => tag.name)
  const tags = new Set([...named, ...operations.map((operation) => operation.tag)])
  return [...tags]
    .map((tag) => ({
      tag,
      id: `tag-${tag.replaceAll(/[^\w]+/g, '-')}`,
      description: spec.tags?.find(({ name }) => name === tag)?.description,
      operations: operations.filter((operation) => operation.tag === tag),
    }))
    .filter((group) => group.operations.length > 0)
}

function groupView(spec, { tag, id, description, operations }) {
  return el(
    'section',
    { class: 'group', 'aria-labelledby': id },
    el('h2', { id, tabindex: '-1' }, tag),
    prose(description),
    ...operations.map((operation) => operationView(spec, operation)),
  )
}

function schemasView(spec, names) {
  const views = names.map((name) => {
    const ref = { $ref: `#/components/schemas/${name}` }
    const { schema } = resolve(spec, ref)
    return el(
      'article',
      { id: `schema-${name}`, class: 'schema', 'aria-labelledby': `schema-${name}-heading` },
      el('h3', { id: `schema-${name}-heading`, tabindex: '-1' }, name),
      prose(schema.description),
      schemaView(spec, ref, 'response') ?? el('p', {}, ...typeLabel(spec, schema)),
    )
  })
  return el(
    'section',
    { class: 'group', 'aria-labelledby': 'schemas' },
    el('h2', { id: 'schemas', tabindex: '-1' }, 'Schemas'),
    ...views,
  )
}

function contentsView({ tag, id, operations }) {
  const items = operations.map(({ id, method, path, summary }) =>
    el(
      'li',
      { 'data-words': `${method} ${path} ${summary} ${id} ${tag}`.toLowerCase() },
      el(
        'a',
        { href: `#${id}` },
        methodBadge(method),
        el('span', { class: 'label' }, summary, el('span', { class: 'path' }, path)),
      ),
    ),
  )
  return el(
    'section',
    { 'aria-labelledby': `nav-${id}` },
    el('h2', { id: `nav-${id}` }, el('a', { href: `#${id}` }, tag)),
    el('ul', {}, ...items),
  )
}

function schemaContents(names) {
  const items = names.map((name) =>
    el(
      'li',
      { 'data-words': `schema ${name}`.toLowerCase() },
      el('a', { href: `#schema-${name}` }, el('span', { class: 'label' }, name)),
    ),
  )
  return el(
    'section',
    { 'aria-labelledby': 'nav-schemas' },
    el('h2', { id: 'nav-schemas' }, el('a', { href: '#schemas' }, 'Schemas')),
    el('ul', {}, ...items),
  )
}

function applyFilter() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean)
  let shown = 0
  for (const section of byId('contents').children) {
    const items = [...section.querySelectorAll('li')]
    for (const item of items) item.hidden = !words.every((word) => item.dataset.words.includes(word))
    const visible = items.filter((item) => !item.hidden).length
    section.hidden = visible === 0
    shown += visible
  }
  byId('found').textContent = words.length === 0 ? '' : `${shown} found`
}

filter.addEventListener('keydown', (event) => {
  if (event.key === 'Enter') {
    const first = byId('contents').querySelector('section:not([hidden]) li:not([hidden]) a')
    first?.click()
  }
  if (event.key === 'Escape' && filter.value !== '') {
    event.preventDefault()
    filter.value = ''
    applyFilter()
  }
})

document.addEventListener('keydown', (event) => {
  const typing = event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey
  if (event.key !== '/' || typing) return
  event.preventDefault()
  setMenu(true)
  filter.focus()
})

function setMenu(open) {
  menu.setAttribute('aria-expanded', String(open))
  sidebar.classList.toggle('open', open)
}
menu.addEventListener('click', () => setMenu(menu.getAttribute('aria-expanded') !== 'true'))
sidebar.addEventListener('click', (event) => event.target.closest('a') && setMenu(false))
sidebar.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.defaultPrevented || menu.getAttribute('aria-expanded') !== 'true') return
  setMenu(false)
  menu.focus()
})

addEventListener('hashchange', goToHash)

/** Brings the keyboard to where the address points; the browser itself couldn't, when the page was still empty. */
function goToHash() {
  const target = byId(decodeHash())
  if (!target) return
  for (let parent = target.closest('details'); parent; parent = parent.parentElement?.closest('details'))
    parent.open = true
  const heading = target.matches('article') ? target.querySelector('h3') : target
  target.scrollIntoView({ behavior: 'instant' })
  heading?.focus({ preventScroll: true })
  announce(heading?.firstChild?.textContent ?? '')
}

function decodeHash() {
  try {
    return decodeURIComponent(location.hash.slice(1))
  } catch {
    return ''
  }
}

/** Marks in the sidebar what is being read. */
function markCurrent() {
  const links = new Map([...sidebar.querySelectorAll('li a')].map((link) => [link.hash.slice(1), link]))
  let current
  const observer = new IntersectionObserver(
    (entries) => {
      const entry = entries.find(({ isIntersecting }) => isIntersecting)
      const link = entry && links.get(entry.target.id)
      if (!link || link === current) return
      current?.removeAttribute('aria-current')
      link.setAttribute('aria-current', 'true')
      if (sidebar.scrollHeight > sidebar.clientHeight) keepInView(link)
      current = link
    },
    { rootMargin: '-15% 0px -75% 0px' },
  )
  for (const article of main.querySelectorAll('article')) observer.observe(article)
}

/** Scrolls the sidebar alone: `scrollIntoView` would move the page as well. */
function keepInView(link) {
  const { top, bottom } = link.getBoundingClientRect()
  const frame = sidebar.getBoundingClientRect()
  if (top < frame.top + 80) sidebar.scrollTop += top - frame.top - 80
  else if (bottom > frame.bottom - 40) sidebar.scrollTop += bottom - frame.bottom + 40
}
