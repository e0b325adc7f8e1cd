import type { ReactNode } from 'react'

/** An address, a citation such as [d1], or a piece of code. The address leaves out what ends a sentence. */
const INLINE = /(https?:\/\/[^\s<>"'`]*[^\s<>"'`.,:;!?)\]])|\[([dm]\d+)\]|`([^`\n]+)`/g
const FENCE = /^```[^\n]*\n([\s\S]*?)(?:\n```\s*$|$)/

/**
 * Text of a message: paragraphs, quotes, code, links to http(s). Everything else stays the text that it is, so that nothing in it can
 * run or load.
 *
 * @param props.messageId whose citations are meant
 */
export function MessageText({ text, messageId }: { text: string; messageId: string }) {
  return blocksOf(text).map((block, index) => {
    // The text only grows at its end.
    const key = index
    const [, code] = FENCE.exec(block) ?? []
    if (code !== undefined) {
      return (
        <pre key={key}>
          <code>{code}</code>
        </pre>
      )
    }
    if (/^> ?/.test(block)) {
      return <blockquote key={key}>{inline(block.replaceAll(/^> ?/gm, ''), messageId)}</blockquote>
    }
    return <p key={key}>{inline(block, messageId)}</p>
  })
}

const blocksOf = (text: string): string[] =>
  text
    .split(/(^```[\s\S]*?(?:^```[^\S\n]*$|(?![\s\S])))|\n(?:[^\S\n]*\n)+/m)
    .filter((block): block is string => block !== undefined && block.trim() !== '')
    .map((block) => block.replace(/^\n+/, ''))

function inline(text: string, messageId: string): ReactNode[] {
  const nodes: ReactNode[] = []
  let end = 0
  for (const match of text.matchAll(INLINE)) {
    const [whole, url, citation, code] = match
    if (match.index > end) nodes.push(text.slice(end, match.index))
    end = match.index + whole.length
    const key = match.index
    if (url !== undefined) {
      nodes.push(
        <a key={key} href={url} target="_blank" rel="noopener noreferrer">
          {url}
        </a>,
      )
    } else if (citation !== undefined) {
      nodes.push(
        <a
          key={key}
          className="citation"
          href={`#${sourceAnchor(messageId, citation)}`}
          aria-label={`Source ${citation}`}
        >
          {citation}
        </a>,
      )
    } else nodes.push(<code key={key}>{code}</code>)
  }
  nodes.push(text.slice(end))
  return nodes
}

/** Where a citation leads to on the page. */
export const sourceAnchor = (messageId: string, sourceId: string): string => `${messageId}-${sourceId}`
