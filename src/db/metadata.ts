import { sql } from 'drizzle-orm'
import type { AppError } from '../result.ts'

/** What a patch makes of the column `metadata`: a merge (RFC 7396); null clears. */
export const mergedMetadata = (patch: Record<string, unknown> | null) =>
  patch === null ? {} : sql`app.merge_patch(metadata, ${JSON.stringify(patch)}::jsonb)`

/** What violating `metadataCheck` means. Without a patch, too: jsonb writes 1e300 with all its zeros. */
export const METADATA_TOO_LONG: AppError = {
  code: 'invalid_request',
  errors: [{ path: 'metadata', message: 'would become too long' }],
}
