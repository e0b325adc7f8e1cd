import { announce, copyButton, el } from './dom.js'
import { LANGUAGES } from './sample.js'

const KEY = 'parley.language'
const names = Object.keys(LANGUAGES)
/** What each view does when the reader chooses another language: all show the same one. */
const views = []
let language = remembered()

function remembered() {
  try {
    return names.find((name) => name === localStorage.getItem(KEY)) ?? names[0]
  } catch {
    return names[0]
  }
}

function choose(name) {
  language = name
  try {
    localStorage.setItem(KEY, name)
  } catch {
    // A browser that keeps nothing.
  }
  for (const show of views) show()
}

/**
 * The samples of an operation: a tab for each language, and a choice where its body has several examples.
 *
 * @returns {{ element: HTMLElement, onSample: (listener: (index: number) => void) => void }}
 */
export function samplesView({ id, summary }, samples) {
  const listeners = []
  let index = 0
  const code = el('code', {})
  const offered = names.filter((name) => samples[0][name])
  const tabs = offered.map((name) =>
    el(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `${id}-tab-${name}`,
        'aria-controls': `${id}-sample`,
        click: () => choose(name),
      },
      LANGUAGES[name],
    ),
  )
  const panel = el('pre', { id: `${id}-sample`, role: 'tabpanel', tabindex: '0' }, code)
  const show = () => {
    const shown = offered.includes(language) ? language : offered[0]
    code.textContent = samples[index][shown]
    panel.setAttribute('aria-labelledby', `${id}-tab-${shown}`)
    for (const [i, tab] of tabs.entries()) {
      tab.setAttribute('aria-selected', String(offered[i] === shown))
      tab.tabIndex = offered[i] === shown ? 0 : -1
    }
  }
  const tablist = el(
    'div',
    { role: 'tablist', 'aria-label': `Language of the sample: ${summary}`, keydown: moveBetween(tabs) },
    tabs,
  )
  const picker =
    samples.length > 1 &&
    el(
      'select',
      { 'aria-label': `Example: ${summary}` },
      samples.map(({ title }, i) => el('option', { value: i }, title)),
    )
  if (picker) {
    picker.addEventListener('change', () => {
      index = Number(picker.value)
      show()
      for (const listener of listeners) listener(index)
      announce(`Example: ${samples[index].title}`)
    })
  }
  views.push(show)
  show()
  const caption = el('figcaption', {}, tablist, copyButton(`sample of ${summary}`, code))
  const element = el('figure', { class: 'code' }, caption, picker && el('div', { class: 'picker' }, picker), panel)
  return { element, onSample: (listener) => void listeners.push(listener) }
}

/** The arrow keys, Home and End, as tabs have them. */
function moveBetween(tabs) {
  const steps = {
    ArrowRight: (i) => i + 1,
    ArrowLeft: (i) => i - 1 + tabs.length,
    Home: () => 0,
    End: () => tabs.length - 1,
  }
  return (event) => {
    const step = steps[event.key]
    if (!step) return
    event.preventDefault()
    const tab = tabs[step(tabs.indexOf(event.target)) % tabs.length]
    tab.click()
    tab.focus()
  }
}
