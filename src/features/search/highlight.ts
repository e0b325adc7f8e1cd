/** What `app.passage_of` puts around a word: control characters that the text has lost before. */
const MARK_START = '\u0002'
const MARK_END = '\u0003'

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  [MARK_START]: '<mark>',
  [MARK_END]: '</mark>',
}

/** A passage as HTML: only the marks are tags. */
export const toHtml = (passage: string): string =>
  // oxlint-disable-next-line no-control-regex
  passage.replace(/[&<>"'\u0002\u0003]/g, (character) => ENTITIES[character] ?? '')
