import type { Client } from 'pg'
import { textOf, wordOf } from '../search/texts.ts'
import { uuidOf } from '../search/random.ts'
import { median } from '../stats.ts'

const BATCH = 1_000
const REPETITIONS = 20
/** Ranks of the words in the vocabulary, from and to. */
const SEARCHES = {
  'rare word': [[20_000, 45_000]],
  'middling word': [[200, 400]],
  'two words': [
    [20, 40],
    [200, 400],
  ],
} as const

const QUERY = `select id from texts where user_id = $2 and search @@ $1::tsquery order by ts_rank(search, $1::tsquery) desc limit 200`
/** Like `app.keyword_hits`: with the rights of an owner whom no policy holds. */
const DEFINER = `
  create function layouts_hits(words tsquery) returns setof uuid language plpgsql stable security definer
    set plan_cache_mode = force_custom_plan as $$
  declare asking uuid := app.current_user_id();
  begin
    return query select id from texts where user_id = asking and search @@ words order by ts_rank(search, words) desc limit 200;
  end $$;
  grant execute on function layouts_hits(tsquery) to parley_app`

/** Three in ten texts are one user's, the others 500 each; each way to the texts with these words. */
export async function measureKeyword(
  superuser: Client,
  app: Client,
  size: number,
  random: () => number,
): Promise<void> {
  const heavy = uuidOf(random)
  const others = Array.from({ length: Math.ceil((size * 0.7) / 500) }, () => uuidOf(random))
  await superuser.query(
    `create unlogged table texts (user_id uuid not null, id uuid not null, content text, search tsvector generated always as
       (to_tsvector('simple', content)) stored not null)`,
  )
  for (let start = 0; start < size; start += BATCH) {
    const count = Math.min(BATCH, size - start)
    const owner = () => (random() < 0.3 ? heavy : others[Math.floor(random() * others.length)])
    await superuser.query(
      'insert into texts select u, gen_random_uuid(), t from unnest($1::uuid[], $2::text[]) as x (u, t)',
      [Array.from({ length: count }, owner), Array.from({ length: count }, () => textOf(random))],
    )
  }
  await superuser.query(
    `create index texts_user on texts (user_id); alter table texts enable row level security;
     create policy reader on texts to parley_app using (user_id = app.current_user_id()); grant select on texts to parley_app`,
  )
  await superuser.query(DEFINER)
  await superuser.query('vacuum analyze texts')
  await app.query(`set app.user_id = '${heavy}'; set random_page_cost = 1.1; set jit = off; set work_mem = '64MB'`)
  const direct = (words: string) => app.query(QUERY, [words, heavy])
  const definer = (words: string) => app.query('select * from layouts_hits($1::tsquery)', [words])
  const measure = (name: string, call: (words: string) => Promise<unknown>) => measureWay(name, call, random)
  await measure('filter on the rows of the user, under RLS', direct)
  await superuser.query(`set maintenance_work_mem = '1GB'; create index texts_words on texts using gin (search)`)
  await measure('GIN (search), under RLS', direct)
  await measure('GIN (search), in a definer function', definer)
  await superuser.query('drop index texts_words; create index texts_both on texts using gin (user_id, search)')
  await measure('GIN (user_id, search), under RLS', direct)
  await measure('GIN (user_id, search), in a definer function', definer)
}

async function measureWay(
  name: string,
  call: (words: string) => Promise<unknown>,
  random: () => number,
): Promise<void> {
  const cells: string[] = []
  for (const [search, ranks] of Object.entries(SEARCHES)) {
    const times: number[] = []
    for (let i = 0; i < REPETITIONS + 2; i++) {
      const words = ranks.map(([from, to]) => wordOf(from + Math.floor(random() * (to - from)))).join(' & ')
      const started = performance.now()
      await call(words)
      if (i > 1) times.push(performance.now() - started)
    }
    cells.push(`${search} ${median(times).toFixed(1)} ms`)
  }
  console.log(`  ${name.padEnd(46)}${cells.join(', ')}`)
}
