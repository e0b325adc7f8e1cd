const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
const decode = (text: string): string =>
  text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole)

/** Markdown's signs at the beginning of lines, and empty lines, which say nothing in an excerpt. */
const withoutMarkup = (html: string): string =>
  html
    .replaceAll(/^(?:(?:&gt;|#+)(?: |$))+/gm, '')
    .replaceAll(/\n{2,}/g, '\n')
    .trim()

/** A `highlight` of the search: HTML whose only tags are `<mark>`. It is taken apart and never put into the page as HTML. */
export function Highlight({ html }: { html: string }) {
  return withoutMarkup(html)
    .split(/(<mark>.*?<\/mark>)/s)
    .map((piece, index) => {
      const [, marked] = /^<mark>(.*)<\/mark>$/s.exec(piece) ?? []
      // Pieces have no other identity than their place.
      const key = index
      return marked === undefined ? <span key={key}>{decode(piece)}</span> : <mark key={key}>{decode(marked)}</mark>
    })
}
