// @module-tag slow
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Place, places } from '../plans/places.ts'
import { createDice } from './fuzz/dice.ts'
import { fill, hitsOf, type Library, randomArguments, SIGNATURE } from './keyword-library.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const withoutCheck = (source: string) => source.replaceAll('m.user_id = owner AND', '')

/** The function's own check is the one thing between a user and everybody's texts where it has parley_system's rights. */
describe.each(places)('The keyword function, on $name', ({ open }) => {
  let place: Place
  let library: Library
  beforeAll(async () => {
    place = await open()
    library = await place.asSuperuser(fill)
  })
  afterAll(() => place.close())

  const inApp = <T>(work: (client: Client) => Promise<T>) => place.as('parley_app', work)
  const alter = (what: string) =>
    place.asSuperuser(async (client) => void (await client.query(`alter function ${SIGNATURE} ${what}`)))

  /** Runs `work` over a function that differs, and brings back the one that the migration has made. */
  async function withFunction<T>(change: (source: string) => string, work: () => Promise<T>): Promise<T> {
    const { rows } = await place.asSuperuser((client) =>
      client.query<{ source: string }>(`select pg_get_functiondef('${SIGNATURE}'::regprocedure) as source`),
    )
    const source = rows[0]?.source ?? ''
    expect(change(source)).not.toBe(source)
    try {
      await place.asSuperuser((client) => client.query(change(source)))
      return await work()
    } finally {
      await place.asSuperuser((client) => client.query(source))
    }
  }
  it("belongs to parley_system, with whose rights it runs, and to nobody else's use", async () => {
    const { rows } = await place.asSuperuser((client) =>
      client.query(
        `select proowner::regrole::text as owner, prosecdef as definer, proconfig::text as config,
           has_function_privilege('public', oid, 'execute') as for_all
         from pg_proc where oid = '${SIGNATURE}'::regprocedure`,
      ),
    )
    expect(rows).toMatchObject([{ owner: 'parley_system', definer: true, for_all: false }])
    expect(String(rows[0]?.['config'])).toContain('search_path=')
  })

  it('finds the texts of whom the setting names, and nothing for nobody', async () => {
    const { ada, eve } = library
    await inApp(async (client) => {
      const find = (userId: string | null, text: string) => hitsOf(client, userId, { asked: { text } })
      expect(await find(ada.userId, ada.word)).toEqual(ada.ids)
      expect(await find(ada.userId, library.common)).toEqual(ada.ids)
      expect(await find(ada.userId, eve.word)).toEqual([])
      // Of a conversation whose title has the word, its first two messages.
      const openings = await find(ada.userId, ada.titleWord)
      expect(openings).toHaveLength(2)
      expect(ada.ids).toEqual(expect.arrayContaining(openings))
      expect(await find(ada.userId, eve.titleWord)).toEqual([])
      expect(await find(eve.userId, library.common)).toEqual(eve.ids)
      for (const nobody of [null, '', crypto.randomUUID()]) expect(await find(nobody, library.common)).toEqual([])
      await expect(find('ada', library.common)).rejects.toThrow('uuid')
    })
  })

  it('is what the release before searches by', async () => {
    const { ada, eve } = library
    const scope = `app.resolve_scope(app.current_user_id(), '{"sources":["message","document"]}')`
    await inApp(async (client) => {
      for (const [text, relaxed, expected] of [
        [`${ada.word} missing`, true, ada.ids],
        [`${ada.word} missing`, false, []],
        [`${ada.word} ${library.common}`, false, ada.ids],
        [eve.word, true, []],
      ] as const) {
        await client.query('begin')
        await client.query(`select set_config('app.user_id', $1, true)`, [ada.userId])
        const { rows } = await client.query<{ id: string; words: string }>(
          `select id, words from app.keyword_hits($1, $2, false, ${scope}, 200)`,
          [text, relaxed],
        )
        await client.query('rollback')
        expect(rows.map(({ id }) => id).toSorted()).toEqual(expected)
        for (const { words } of rows) expect(words).toContain(ada.word)
      }
    })
  })

  it('finds own texts only, whatever it is asked', async () => {
    const { ada, eve } = library
    const dice = createDice(7)
    let found = 0
    await inApp(async (client) => {
      for (let i = 0; i < 500; i++) {
        const args = randomArguments(dice, library)
        const hits = await hitsOf(client, ada.userId, args).catch((error: Error) => {
          // What is wrong with a question may be told, not what anybody's texts are.
          expect(`${error.message} ${JSON.stringify(error)}`).not.toContain(eve.word)
          return []
        })
        found += hits.length
        expect({ args, foreign: hits.filter((id) => !ada.ids.includes(id)) }).toEqual({ args, foreign: [] })
      }
    })
    expect(found).toBeGreaterThan(100)
  })

  it('finds the same with the rights of its caller, whom row-level security holds', async () => {
    const { ada, eve } = library
    const ask = (userId: string | null) =>
      inApp(async (client) => {
        const dice = createDice(11)
        const answers: unknown[] = []
        for (let i = 0; i < 80; i++) {
          answers.push(
            await hitsOf(client, userId, randomArguments(dice, library)).catch((error: Error) => error.message),
          )
        }
        return answers
      })
    const asDefiner = [await ask(ada.userId), await ask(eve.userId), await ask(null)]
    await alter('security invoker')
    try {
      expect([await ask(ada.userId), await ask(eve.userId), await ask(null)]).toEqual(asDefiner)
      // And without its own check, row-level security alone.
      await withFunction(withoutCheck, async () => {
        await inApp(async (client) => {
          expect(await hitsOf(client, ada.userId, { asked: { text: eve.word } })).toEqual([])
          expect(await hitsOf(client, null, { asked: { text: eve.word } })).toEqual([])
        })
      })
    } finally {
      await alter('security definer')
    }
  })

  it('would be noticed without its check', async () => {
    const { ada, eve } = library
    await withFunction(withoutCheck, () =>
      inApp(async (client) => {
        expect(await hitsOf(client, ada.userId, { asked: { text: eve.word } })).not.toEqual([])
      }),
    )
    expect(await inApp((client) => hitsOf(client, ada.userId, { asked: { text: eve.word } }))).toEqual([])
  })

  it('is the one door to the texts of parley_system: the role itself stays shut', async () => {
    await inApp(async (client) => {
      await expect(client.query('set role parley_system')).rejects.toThrow('permission denied')
      await expect(client.query(`alter function ${SIGNATURE} security invoker`)).rejects.toThrow('must be owner')
      await expect(
        client.query('create function app.mine() returns int language sql as $$ select 1 $$'),
      ).rejects.toThrow('permission denied')
    })
    await place.as('parley_system', async (client) => {
      await expect(
        client.query('create function app.mine() returns int language sql as $$ select 1 $$'),
      ).rejects.toThrow('permission denied')
    })
  })
})
