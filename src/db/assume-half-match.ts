import { type SQL, sql } from 'drizzle-orm'

/**
 * A condition that the planner takes to hold for every second row. Row-level security keeps the statistics of tags and
 * metadata from it; it would guess that next to nothing fits and sort all that a user has, for a page that is full at once.
 */
export const assumeHalfMatch = (condition: SQL) => sql`case when ${condition} then true else false end`
