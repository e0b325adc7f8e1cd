/** What `app.show_hits` puts around a word: control characters that the text has lost before. */
const MARK_START = '\u0002'
const MARK_END = '\u0003'
/** Stands for `<`. */
const LESS_THAN = '\u0004'

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  [LESS_THAN]: '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  [MARK_START]: '<mark>',
  [MARK_END]: '</mark>',
}

/** The passages as HTML: only the marks are tags. One may have been cut off before its end. */
export function toHtml(passages: string): string {
  const isCut = passages.lastIndexOf(MARK_START) > passages.lastIndexOf(MARK_END)
  return `${passages}${isCut ? MARK_END : ''}`.replace(
    // oxlint-disable-next-line no-control-regex
    /[&>"'\u0002-\u0004]/g,
    (character) => ENTITIES[character] ?? '',
  )
}
