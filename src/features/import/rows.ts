import type { Chunking } from '../documents/schemas.ts'
import type { Cut } from '../documents/sql/statements.ts'

/** Rows as an import stores them. What is missing gets the column's default. */
export interface ImportedConversation {
  id: string
  title?: string | null | undefined
  derivedTitle?: string | null | undefined
  activeLeafId?: string | null | undefined
  createdAt?: string | undefined
  updatedAt?: string | undefined
  lastActivityAt?: string | undefined
  deletedAt?: string | null | undefined
  [column: string]: unknown
}

export interface ImportedMessage {
  id: string
  conversationId: string
  parentId: string | null
  role: string
  content: string
  status?: string | undefined
  deletedAt?: string | null | undefined
  [column: string]: unknown
}

export interface ImportedVector {
  id: string
  conversationId?: string | null | undefined
  messageId?: string | null | undefined
  model: string
  embedding: number[]
  [column: string]: unknown
}

export interface ImportedDocument extends Cut {
  id: string
  externalId?: string | null | undefined
  title: string
  content: string
  format: string
  language: string
  chunking: Chunking | null
  tags: readonly string[]
  metadata: Record<string, unknown>
  createdAt?: string | undefined
  updatedAt?: string | undefined
  deletedAt?: string | null | undefined
}

/** What goes to the database at once. */
export interface ImportBatch {
  conversations: ImportedConversation[]
  messages: ImportedMessage[]
  documents: ImportedDocument[]
  vectors: ImportedVector[]
  /** Conversations that were here before and are not as the file has them: their path goes on with what is imported behind it. */
  follow: string[]
  /** Conversations of this file that came without a derived title: it is made of what is imported. */
  untitled: string[]
  /** Nothing comes behind it. */
  isLast: boolean
}

/** What became of a row. All but the first three are reasons why it was refused. */
export type RowStatus =
  | 'taken'
  | 'unchanged'
  | 'different'
  | 'skipped'
  | 'metadata'
  | 'conversation'
  | 'parent'
  | 'message'

/** By the rows' positions in the batch. */
export interface BatchStatus {
  conversations: RowStatus[]
  messages: RowStatus[]
  documents: RowStatus[]
  vectors: RowStatus[]
}
