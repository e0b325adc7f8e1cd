import type { Client } from 'pg'
import { toVectorLiteral } from '../../src/embeddings/vector.ts'
import { median } from '../stats.ts'
import type { Reader } from './tables.ts'

const POLICIES: Record<string, string | null> = {
  'no policy': null,
  'current_user_id(), inlined': 'user_id = app.current_user_id()',
  '(select current_user_id())': 'user_id = (select app.current_user_id())',
  'a plpgsql function': 'user_id = layouts_user_id()',
}

/**
 * The exact search under each form of policy, for a query that names the user and for one that leaves it to the policy.
 *
 * @param app of `parley_app`, which the policies hold for
 */
export async function measurePolicies(superuser: Client, app: Client, { userId, queries }: Reader): Promise<void> {
  await superuser.query(
    `create function layouts_user_id() returns uuid language plpgsql stable as 'begin return current_setting(''app.user_id'')::uuid; end';
     grant select on inline to parley_app; grant execute on function layouts_user_id() to parley_app`,
  )
  await app.query(`set app.user_id = '${userId}'; set random_page_cost = 1.1; set jit = off`)
  for (const [name, condition] of Object.entries(POLICIES)) {
    await superuser.query(
      condition === null
        ? 'alter table inline disable row level security'
        : `alter table inline enable row level security; drop policy if exists reader on inline;
           create policy reader on inline to parley_app using (${condition})`,
    )
    const cells: string[] = []
    for (const where of ['where user_id = $2', '']) {
      if (condition === null && where === '') continue
      const times: number[] = []
      for (const query of [...queries.slice(0, 2), ...queries]) {
        const started = performance.now()
        await app.query(`select id from inline ${where} order by embedding <=> $1::vector limit 10`, [
          toVectorLiteral(query),
          ...(where ? [userId] : []),
        ])
        times.push(performance.now() - started)
      }
      cells.push(`${median(times.slice(2)).toFixed(1)} ms ${where ? 'with' : 'without'} a filter on the user`)
    }
    console.log(`  ${name.padEnd(30)}${cells.join(', ')}`)
  }
  await superuser.query('alter table inline disable row level security')
}
