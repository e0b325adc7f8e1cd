/**
 * How an HTML block of CommonMark ends: on the line in which `end` is found, or before a blank line (null).
 * https://spec.commonmark.org/0.31.2/#html-blocks
 */
export interface HtmlBlock {
  end: RegExp | null
  /** Whether it holds code or the like: `<pre>`, `<script>`, `<style>`, `<textarea>`. */
  verbatim: boolean
}

const RAW = /^<(?:pre|script|style|textarea)(?:[\s>]|$)/i
const RAW_END = /<\/(?:pre|script|style|textarea)>/i
export const COMMENT_END = /-->/
const MARKED: readonly [start: RegExp, end: RegExp][] = [
  [/^<!--/, COMMENT_END],
  [/^<\?/, /\?>/],
  [/^<![a-z]/i, />/],
  [/^<!\[CDATA\[/, /\]\]>/],
]
const ELEMENTS = new RegExp(
  '^</?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|' +
    'fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|' +
    'menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|' +
    'ul)(?:[\\s>]|/>|$)',
  'i',
)
const LONGEST_NAME = 16
const ATTRIBUTE = '\\s+[a-z_:][\\w.:-]*(?:\\s*=\\s*(?:[^\\s"\'=<>`]+|\'[^\']*\'|"[^"]*"))?'
const ONE_TAG = new RegExp(`^<(?:[a-z][a-z0-9-]*(?:${ATTRIBUTE})*\\s*/?|/[a-z][a-z0-9-]*\\s*)>$`, 'i')
const LONGEST_TAG = 2_000

/**
 * The HTML block that starts with the line `[first, end)`, or null.
 *
 * @param alone whether no paragraph goes on here: a tag of any name that is a line of its own cannot interrupt one
 */
export function htmlBlock(text: string, first: number, end: number, alone: boolean): HtmlBlock | null {
  if (text.charAt(first) !== '<') return null
  const start = text.slice(first, Math.min(end, first + LONGEST_NAME))
  if (RAW.test(start)) return { end: RAW_END, verbatim: true }
  const marked = MARKED.find(([opening]) => opening.test(start))
  if (marked) return { end: marked[1], verbatim: false }
  const isBlock = ELEMENTS.test(start) || (alone && end - first <= LONGEST_TAG && ONE_TAG.test(text.slice(first, end)))
  return isBlock ? { end: null, verbatim: false } : null
}

/** What a line of HTML holds next that tells where headings are: one of them whole, or a comment. */
export type HtmlPiece =
  | { kind: 'heading'; start: number; end: number; level: number }
  | { kind: 'comment'; start: number }

/** How much of a text a heading may take: one that is longer is none. */
export const LONGEST_HTML_HEADING = 2_000
const PIECE = /<!--|<h[1-6](?=[\s>]|$)/gi
const NEXT = /<!--|<h[1-6](?=[\s>])|<\/h[1-6]\s*>/gi

/** The first heading (which may end on a later line) or comment that starts in `[from, end)`, or null. */
export function nextPiece(text: string, from: number, end: number): HtmlPiece | null {
  const line = text.slice(from, end)
  for (const { 0: tag, index } of line.matchAll(PIECE)) {
    const start = from + index
    if (tag === '<!--') return { kind: 'comment', start }
    const level = Number(tag.charAt(2))
    const headingEnd = endOfHeading(text, start, level)
    if (headingEnd > 0) return { kind: 'heading', start, end: headingEnd, level }
  }
  return null
}

/** Where the heading ends that starts at `start`; 0 where it does not end, or another one starts before that. */
function endOfHeading(text: string, start: number, level: number): number {
  const source = text.slice(start + 3, start + LONGEST_HTML_HEADING)
  NEXT.lastIndex = 0
  for (let next = NEXT.exec(source); next !== null; next = NEXT.exec(source)) {
    const [tag] = next
    if (tag === '<!--') {
      const commentEnd = source.indexOf('-->', next.index)
      if (commentEnd < 0) return 0
      NEXT.lastIndex = commentEnd
    } else return tag.startsWith('</') && Number(tag.charAt(3)) === level ? start + 3 + NEXT.lastIndex : 0
  }
  return 0
}

const COMMENT = /<!--[^]*?-->/g
const IMAGE = /<img\b[^<>]*?\salt\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))[^<>]*>/gi

/** A heading's source without its comments, and with the images' texts in their place. */
export const withImageTexts = (source: string): string => source.replace(COMMENT, '').replace(IMAGE, ' $1$2$3 ')
