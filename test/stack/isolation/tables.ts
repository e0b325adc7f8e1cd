import type { Place } from '../plans/places.ts'

/** The tables whose rows belong to a user, with the column that says to whom. */
export type OwnedTables = Record<string, 'id' | 'user_id'>

/** `users`, and every table with a `user_id`. */
export const findOwnedTables = (place: Place): Promise<OwnedTables> =>
  place.asSuperuser(async (client) => {
    const { rows } = await client.query<{ name: string; owner: 'id' | 'user_id' }>(`
      select c.relname as name, case when c.relname = 'users' then 'id' else 'user_id' end as owner
      from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
        and (c.relname = 'users' or exists (
          select from pg_attribute a where a.attrelid = c.oid and a.attname = 'user_id' and not a.attisdropped))`)
    return Object.fromEntries(rows.map(({ name, owner }) => [name, owner]))
  })

/** How many rows of each table are this user's, or everybody else's, and a digest of all their columns. */
export const digestRows = (
  place: Place,
  tables: OwnedTables,
  whose: 'own' | 'foreign',
  userId: string,
): Promise<Record<string, { count: number; digest: string | null }>> =>
  place.asSuperuser(async (client) => {
    const found: Record<string, { count: number; digest: string | null }> = {}
    for (const [table, owner] of Object.entries(tables)) {
      const { rows } = await client.query<{ count: number; digest: string | null }>(
        `select count(*)::int as count, md5(string_agg(t::text, '|' order by t::text)) as digest
         from ${table} t where ${owner} ${whose === 'own' ? '=' : '<>'} $1`,
        [userId],
      )
      found[table] = rows[0] ?? { count: 0, digest: null }
    }
    return found
  })

/** @returns what brings it back, as it was */
export const switchOffRowSecurity = (place: Place, tables: OwnedTables): Promise<() => Promise<void>> =>
  place.asSuperuser(async (client) => {
    const { rows } = await client.query<{ name: string; enabled: boolean; forced: boolean }>(
      `select relname as name, relrowsecurity as enabled, relforcerowsecurity as forced
       from pg_class where relnamespace = 'public'::regnamespace and relname = any ($1)`,
      [Object.keys(tables)],
    )
    for (const { name } of rows) await client.query(alter(name, false, false))
    return () =>
      place.asSuperuser(async (client) => {
        for (const { name, enabled, forced } of rows) await client.query(alter(name, enabled, forced))
      })
  })

const alter = (name: string, enabled: boolean, forced: boolean): string =>
  `alter table ${name} ${enabled ? 'enable' : 'disable'} row level security,
    ${forced ? 'force' : 'no force'} row level security`
