import type { NewDocument } from '@parley/client'

const MARKDOWN = /\.(md|markdown|mdx)$/i
const TEXT = /\.(txt|text|log|csv|tsv|rst|adoc|org|tex)$/i
const LARGEST = 5 * 1024 * 1024

/**
 * A file as Parley takes it. Its name is what it is known by: the same file again replaces what is there.
 *
 * Throws, in words for the user, for what is no text.
 */
export async function readDocument(file: File): Promise<NewDocument & { externalId: string }> {
  const { name, type, size } = file
  const isMarkdown = MARKDOWN.test(name)
  if (!isMarkdown && !TEXT.test(name) && !type.startsWith('text/')) {
    throw new Error('Only Markdown and plain text can be added.')
  }
  if (size > LARGEST) throw new Error('A document may have 5 MB.')
  const content = await file.text()
  if (content.trim() === '') throw new Error('The file is empty.')
  if (content.includes('\0')) throw new Error('The file is not text.')
  const [, heading] = /^#\s+(.+?)\s*#*$/m.exec(isMarkdown ? content : '') ?? []
  return {
    externalId: name,
    title: heading ?? name.replace(/\.[^.]+$/, ''),
    content,
    format: isMarkdown ? 'markdown' : 'text',
  }
}
