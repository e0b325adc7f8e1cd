import { type SQL, sql } from 'drizzle-orm'

/** Whether a text says more than white space. */
export const saysSomething = (text: SQL): SQL => sql`app.says_something(${text})`
