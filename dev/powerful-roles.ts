import type { Client } from 'pg'

interface Power {
  name: string
  power: string | null
  isOwner: boolean
}

/**
 * Rejects where the Worker's role could get past row-level security: by an attribute of its own, or as a member of any other role.
 * A membership counts whatever its options are and however many roles are in between: without INHERIT there is SET ROLE, and
 * with ADMIN alone a role grants itself the rest. REPLICATION counts, since it may copy all of the server's files.
 */
export async function refusePowerful(owner: Client, role: string): Promise<void> {
  const { rows } = await owner.query<Power>(
    `select * from (
       select rolname as name, rolname = current_user as "isOwner",
         case when rolsuper then 'SUPERUSER' when rolbypassrls then 'BYPASSRLS' when rolreplication then 'REPLICATION' end as power
       from pg_roles where pg_has_role($1, oid, 'MEMBER')) reachable
     order by name = $1 desc, power is null, not "isOwner", name`,
    [role],
  )
  const reason = rows.map((power) => describePower(role, power)).find((text) => text !== null)
  if (!reason) return
  throw new Error(
    `The role ${role} ${reason}: it could read the rows of every user. Roles made in Neon's console or by its API are like that. ` +
      `Take that away, or drop the role (DROP ROLE ${role}): then it is made in SQL. Nothing was changed.`,
  )
}

function describePower(role: string, { name, power, isOwner }: Power): string | null {
  if (name === role) return power && `has ${power}`
  if (power) return `is a member of ${name}, which has ${power}`
  return isOwner
    ? `is a member of ${name}, which owns the tables`
    : `is a member of ${name}, whose rights were not checked`
}
