import { type SQL, sql } from 'drizzle-orm'

/** Whether a text says more than white space. */
export const saysSomething = (text: SQL): SQL => sql`app.says_something(${text})`

export const isAscii = (text: SQL): SQL => sql`octet_length(${text}) = length(${text})`

/**
 * A text as words are compared in the keyword search: whatever the case, accents, ligatures and width. Of what compatibility forms
 * stand for no more than a title may have, since one can stand for 18 characters.
 */
export const folded = (text: SQL): SQL =>
  sql`(select app.folded(lowered) from (
    select lower(case when ${isAscii(text)} then ${text} else left(normalize(${text}, NFKC), 500) end collate pg_c_utf8) as lowered offset 0) word)`
