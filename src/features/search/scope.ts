import type { VectorScope } from '../vectors/sql/nearest.ts'
import { toPredicate } from './metadata-filter.ts'
import { type SearchFilter, SOURCES, type Source } from './schemas.ts'

/**
 * What is searched, for both kinds of search, as `app.resolve_scope` reads it. Whoever names conversations, or a role, asks for
 * messages; whoever names documents asks for chunks.
 */
export function toSearchScope(asked: readonly Source[], filter: SearchFilter): VectorScope {
  const { source, conversationId, documentId, role, tags, createdAfter, createdBefore, metadata } = filter
  const predicate = metadata && toPredicate(metadata)
  return {
    sources: SOURCES.filter(
      (name) =>
        asked.includes(name) &&
        (source?.includes(name) ?? true) &&
        (name === 'message' ? conversationId || !documentId : !role && (documentId || !conversationId)),
    ),
    conversations: conversationId,
    documents: documentId,
    roles: role,
    tags,
    created_after: createdAfter,
    created_before: createdBefore,
    metadata_path: predicate?.path,
    metadata_vars: predicate?.vars,
  }
}
