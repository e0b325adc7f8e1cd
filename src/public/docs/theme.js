// In the head and no module: the page must not show the other colours first.
const KEY = 'parley.theme'
const root = document.documentElement

function chosen() {
  try {
    return localStorage.getItem(KEY) ?? ''
  } catch {
    return ''
  }
}

function apply(theme) {
  if (theme) root.dataset.theme = theme
  else delete root.dataset.theme
}
apply(chosen())

document.addEventListener('click', (event) => {
  if (!event.target.closest?.('#theme')) return
  const shown = root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
  const theme = shown === 'dark' ? 'light' : 'dark'
  apply(theme)
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // A browser that keeps nothing.
  }
})
