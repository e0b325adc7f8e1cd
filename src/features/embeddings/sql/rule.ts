import { type SQL, sql } from 'drizzle-orm'

/**
 * Which messages are embedded: those that are finished and say something. Every statement that queues messages asks this one rule;
 * that a message, and its conversation, is not deleted is up to the statement.
 *
 * @param status and content, as expressions
 */
export const isEmbedded = (status: SQL, content: SQL): SQL => sql`(${status} = 'complete' and ${content} ~ '\\S')`
