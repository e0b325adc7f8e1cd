import { type SQL, sql } from 'drizzle-orm'

/**
 * A regular expression's class of white space, as JavaScript's `\s` knows it. That of Postgres depends on the database's locale:
 * some take a no-break space for a letter.
 */
const WHITE = '[\\t-\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]'
/** Raw: these are constants of this file, and as parameters they would travel with each statement, several times. */
const quoted = (expression: string) => sql.raw(`'${expression}'`)

/** Whether a text says anything. */
export const saysSomething = (text: SQL): SQL => sql`${text} ~ ${quoted(WHITE.replace('[', '[^'))}`

/** A text without the white space that it begins with. */
export const trimmedStart = (text: SQL): SQL => sql`regexp_replace(${text}, ${quoted(`^${WHITE}+`)}, '')`

/** A text with one blank for each stretch of white space. */
export const collapsed = (text: SQL): SQL => sql`regexp_replace(${text}, ${quoted(`${WHITE}+`)}, ' ', 'g')`
