import { type SQL, sql } from 'drizzle-orm'
import type { AppError } from '../result.ts'

/** How long metadata may grow by merge patches, in characters as Postgres writes them; a request alone is held to less. */
export const METADATA_LENGTH = 32_768

/** Whether metadata is within {@link METADATA_LENGTH}. Raw, because a CHECK constraint takes no parameters. */
export const metadataFits = (metadata: SQL) => sql`length(${metadata}::text) <= ${sql.raw(String(METADATA_LENGTH))}`

/** What a patch makes of the column `metadata`: a merge (RFC 7396); null clears. */
export const mergedMetadata = (patch: Record<string, unknown> | null) =>
  patch === null ? {} : sql`app.merge_patch(metadata, ${JSON.stringify(patch)}::jsonb)`

/** What violating `metadataCheck` means. Without a patch, too: jsonb writes 1e300 with all its zeros. */
export const METADATA_TOO_LONG: AppError = {
  code: 'invalid_request',
  errors: [{ path: 'metadata', message: 'would become too long' }],
}

/**
 * A condition that the planner takes to hold for every second row. Row-level security keeps the statistics of tags and
 * metadata from it; it would guess that next to nothing fits and sort all that a user has, for a page that is full at once.
 */
export const assumeHalfMatch = (condition: SQL) => sql`case when ${condition} then true else false end`
