// @module-tag slow
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { places, type Place } from './places.ts'

const START_MS = 120_000
/** Marks and signs, what is folded, and scripts with rules of their own. */
const RANGES = [
  [0x20, 0x6ff],
  [0x900, 0x97f],
  [0x1dc0, 0x20ff],
  [0x3000, 0x30ff],
  [0xfb00, 0xffff],
]

describe.each(places)('on $name, the words', ({ open }) => {
  let place: Place
  beforeAll(async () => {
    place = await open()
  }, START_MS)
  afterAll(() => place.close())

  // What cannot be read gets the words of to_tsvector, which are of weight D: no text is refused, and none is read so.
  test(
    'of a text and of a query can be read, whatever character it holds',
    async () => {
      const { rows } = await place.asSuperuser((client) =>
        client.query<{ code: number }>(
          `select code from unnest($1::int[], $2::int[]) r (first, last) cross join lateral generate_series(first, last) code
         cross join lateral (select c, 'x ' || c || ' a' || c || 'b ' || c || c || ' 5' || c || ' a-' || c || '.' || c as text from chr(code) c offset 0) t
         where ts_filter(app.words_in('{english_stem,spanish_stem}', text), '{d}') <> ''
           or app.words_of('simple', text) is null
           or code % 16 = 0 and (app.phrase_of(text) is null or (select count(query) from app.query_words(text, true)) = 0)`,
          [RANGES.map(([first]) => first), RANGES.map(([, last]) => last)],
        ),
      )
      expect(rows).toEqual([])
    },
    START_MS,
  )
})
