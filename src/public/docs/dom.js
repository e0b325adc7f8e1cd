/**
 * An element. Text from outside gets in only as text nodes and attribute values, never as markup.
 *
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes] null and false are left out; a function listens to the event of its name
 * @param {...unknown} children nodes, texts, or lists of them; null and false are left out
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue
    if (typeof value === 'function') element.addEventListener(name, value)
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

/**
 * A table whose first column names the row. The roles are said, since small screens lay tables out as blocks.
 *
 * @param {string[]} titles
 * @param {unknown[][]} rows the children of each cell
 */
export function table(titles, rows) {
  const head = titles.map((title) => el('th', { scope: 'col', role: 'columnheader' }, title))
  const body = rows.map(([first, ...rest]) =>
    el(
      'tr',
      { role: 'row' },
      el('th', { scope: 'row', role: 'rowheader' }, first),
      ...rest.map((cell) => el('td', { role: 'cell' }, cell)),
    ),
  )
  return el(
    'table',
    { role: 'table' },
    el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...head)),
    el('tbody', { role: 'rowgroup' }, ...body),
  )
}

/** Details whose content is made when they are opened: most are never. */
export function detailsView(attributes, summary, build) {
  const view = el('details', attributes, el('summary', {}, summary))
  if (attributes.open) view.append(build())
  else view.addEventListener('toggle', () => view.append(build()), { once: true })
  return view
}

/** The few marks of Markdown that descriptions use: paragraphs, lists, `code`, **bold**, *emphasis* and links. */
export function prose(text) {
  if (typeof text !== 'string' || text.trim() === '') return []
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((block) => {
      const lines = block.split('\n')
      if (lines.every((line) => /^\s*[-*] /.test(line))) {
        return el('ul', {}, ...lines.map((line) => el('li', {}, inline(line.replace(/^\s*[-*] /, '')))))
      }
      return el('p', {}, inline(block))
    })
}

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)/g

function inline(text) {
  const nodes = []
  let end = 0
  for (const match of text.matchAll(INLINE)) {
    nodes.push(text.slice(end, match.index))
    end = match.index + match[0].length
    const [whole, code, bold, emphasis, label, href] = match
    if (code) nodes.push(el('code', {}, code))
    else if (bold) nodes.push(el('strong', {}, bold))
    else if (emphasis) nodes.push(el('em', {}, emphasis))
    else nodes.push(isSafeLink(href) ? el('a', { href, rel: 'noreferrer' }, label) : whole)
  }
  nodes.push(text.slice(end))
  return nodes
}

const isSafeLink = (href) => /^(https?:\/\/|[/#](?!\/))/.test(href)

/** A button that copies. It says what happened, and so does the page's announcer. */
export function copyButton(label, code) {
  const button = el('button', { type: 'button', class: 'copy', 'aria-label': `Copy: ${label}` }, 'Copy')
  button.addEventListener('click', async () => {
    const copied = await copy(code)
    button.textContent = copied ? 'Copied' : 'Selected'
    announce(copied ? `Copied: ${label}` : 'Selected. Press Ctrl+C or ⌘C to copy.')
    setTimeout(() => (button.textContent = 'Copy'), 2000)
  })
  return button
}

async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent)
    return true
  } catch {
    // No clipboard outside https and localhost: leave it selected for the keyboard.
    getSelection()?.selectAllChildren(element)
    return false
  }
}

/** A block of code with a title and a button that copies it. */
export function codeBlock(label, text, note) {
  const code = el('code', {}, text)
  return el(
    'figure',
    { class: 'code' },
    el('figcaption', {}, el('span', {}, label), copyButton(label, code)),
    el('pre', { tabindex: '0' }, code),
    note && el('p', { class: 'note' }, note),
  )
}

/** Says something to screen readers. */
export function announce(text) {
  const announcer = document.getElementById('announcer')
  if (announcer) announcer.textContent = text
}
