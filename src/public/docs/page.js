import { copyButton, el } from './dom.js'
import { installSearch } from './search.js'

// What the reference and the guides have in common: search, the drawer of small screens, code that can be copied.
const menu = document.querySelector('.menu')
const sidebar = document.getElementById('sidebar')
const main = document.getElementById('content')

/** The drawer covers the page, which then takes no focus. */
function setMenu(open) {
  menu.setAttribute('aria-expanded', String(open))
  sidebar.classList.toggle('open', open)
  main.inert = open
  if (open) sidebar.querySelector('[aria-current]')?.scrollIntoView({ block: 'center' })
}

menu.addEventListener('click', () => setMenu(menu.getAttribute('aria-expanded') !== 'true'))
sidebar.addEventListener('click', (event) => event.target.closest('a, button') && setMenu(false))
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || menu.getAttribute('aria-expanded') !== 'true') return
  setMenu(false)
  menu.focus()
})
matchMedia('(min-width: 52rem)').addEventListener('change', () => setMenu(false))

for (const pre of document.querySelectorAll('.guide pre')) {
  const figure = el(
    'figure',
    { class: 'code' },
    el('figcaption', {}, el('span', {}, pre.dataset.language ?? 'Code'), copyButton('code', pre.firstElementChild)),
  )
  pre.replaceWith(figure)
  figure.append(pre)
}

installSearch()
