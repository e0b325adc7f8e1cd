import './page.js'
import { authorizationView } from './authorization.js'
import { announce, el, prose } from './dom.js'
import { listOperations, methodBadge, operationView } from './operation.js'
import { resolve, schemaView, typeLabel } from './schema.js'

const byId = (id) => document.getElementById(id)
const main = byId('content')
const sidebar = byId('sidebar')

const START = [
  ['#intro', 'Introduction'],
  ['#authorization', 'Authorization'],
  ['/openapi.json', 'openapi.json'],
]

await load()

async function load() {
  main.setAttribute('aria-busy', 'true')
  try {
    const [response, guides] = await Promise.all([fetch('/openapi.json'), loadGuides()])
    if (!response.ok) throw new Error(`the server answered ${response.status}`)
    const spec = await response.json()
    if (!spec?.paths) throw new Error('it holds no paths')
    render(spec, guides)
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

/** The list of the guides; without it the reference still is one. */
async function loadGuides() {
  const response = await fetch('/docs/guides/index.json').catch(() => null)
  return response?.ok ? response.json() : []
}

function render(spec, guides) {
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
    authorizationView(),
    ...groups.map((group) => groupView(spec, group)),
    ...(schemas.length > 0 ? [schemasView(spec, schemas)] : []),
  )
  const guideLinks = guides.map(({ slug, title }) => [`/docs/guides/${slug}`, title])
  byId('contents').replaceChildren(
    ...listView('Start', START),
    ...(guides.length > 0 ? listView('Guides', guideLinks) : []),
    ...groups.flatMap(contentsView),
    ...listView(
      'Schemas',
      schemas.map((name) => [`#schema-${name}`, name]),
    ),
  )
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
  const links = operations.map(({ id, method, path, summary }) => {
    const label = [summary, el('span', { class: 'path' }, path)]
    return [`#${id}`, label, methodBadge(method)]
  })
  return listView(el('a', { href: `#${id}` }, tag), links)
}

function listView(title, links) {
  const items = links.map(([href, text, badge]) =>
    el('li', {}, el('a', { href }, badge, el('span', { class: 'label' }, text))),
  )
  return [el('h2', {}, title), el('ul', {}, items)]
}

addEventListener('hashchange', goToHash)

/** Brings the keyboard to where the address points; the browser itself couldn't, when the page was still empty. */
function goToHash() {
  const target = byId(decodeHash())
  if (!target) return
  for (let parent = target.closest('details'); parent; parent = parent.parentElement?.closest('details'))
    parent.open = true
  const heading = target.matches('article')
    ? target.querySelector('h3')
    : target.matches('details')
      ? target.firstElementChild
      : target
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
