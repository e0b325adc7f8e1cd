import type { Case } from './cases.ts'

const value = (title: string, expression: string): Case => ({ title, query: `select ${expression} as v` })
const param = (title: string, type: string, ...params: unknown[]): Case => ({
  title,
  query: `select ${params.map((_, i) => `$${i + 1}::${type}`).join(', ')}`,
  params,
})

const scalars: Case[] = [
  value('booleans', 'true, false, null::bool'),
  value('integers at their limits', `(-32768)::int2, 2147483647::int4, 9223372036854775807::int8`),
  value('floats', `0.1::float4, 1e308::float8, 'NaN'::float8, '-Infinity'::float8, '-0'::float8`),
  value('numerics beyond a double', `123456789012345678901234567890.123456789::numeric, 1.10::numeric(6,2)`),
  value('numerics that are no number', `'NaN'::numeric, 'Infinity'::numeric, '-Infinity'::numeric`),
  value('money', `'12.34'::money`),
  value('text of every kind', `'x'::text, 'ab'::varchar(5), 'ab'::char(5), 'c'::"char", 'n'::name`),
  value('empty text and white space', `'', ' ', E'\\n\\t'`),
  value('quotes, backslashes, control characters', `E'it''s "q" \\\\ \\x01\\x1f\\x7f'`),
  value('text beyond ASCII', `'Ünïcödé 漢字 🙂 👩‍👩‍👧 \u2028'`),
  value('bytea', `'\\x00ff10'::bytea, ''::bytea`),
  value('uuid', `'0191d5c6-8a3b-7c3e-8f00-0123456789ab'::uuid`),
  value('network addresses', `'10.1.2.3/24'::inet, '::1'::inet, '10.0.0.0/8'::cidr, '08:00:2b:01:02:03'::macaddr`),
  value('bits', `b'1010'::bit(4), b'11'::varbit`),
  value('xml-free objects', `'pg_class'::regclass, 'int4'::regtype, 42::oid, '0/16B3748'::pg_lsn, '(1,2)'::tid`),
  value('an unknown literal', `'just a literal'`),
  value('void', `pg_notify('nobody', '')`),
]

const times: Case[] = [
  value('a timestamp with microseconds', `'2026-11-22 12:34:56.123456+02'::timestamptz`),
  value('a timestamp without a zone', `'2026-11-22 12:34:56.000001'::timestamp`),
  value('infinite timestamps', `'infinity'::timestamptz, '-infinity'::timestamp`),
  value('dates', `'2026-02-28'::date, 'infinity'::date`),
  value('a date before Christ', `'0044-03-15 BC'::date, '4713-01-01 BC'::timestamptz`),
  value('a year of five digits', `'12026-01-01'::timestamptz`),
  value('times of day', `'23:59:59.999999'::time, '12:00+05:30'::timetz, '24:00'::time(0)`),
  value('intervals', `'1 year 2 mons -3 days 04:05:06.789'::interval, '0'::interval, '-1 sec'::interval`),
  value('ranges', `'[1,5)'::int4range, 'empty'::int4range, '(,3.5]'::numrange, '[2026-01-01,)'::daterange`),
  value('a multirange', `'{[1,3),[7,9)}'::int4multirange`),
]

const documents: Case[] = [
  value('json as it was written', `'{"b": 1,  "a": [1, 2.50, null]}'::json`),
  value('jsonb', `'{"b": 1, "a": [1, 2.50, null], "s": "\\u00fc\\n"}'::jsonb`),
  value('json scalars', `'null'::jsonb, '"text"'::jsonb, '12345678901234567890'::jsonb, 'true'::json`),
  value('a jsonpath', `'$.a[*] ? (@ > 1)'::jsonpath`),
  value('text search', `to_tsvector('simple', 'a fat cat'), 'fat & cat'::tsquery`),
  value('geometry', `'(1,2)'::point, '((0,0),(1,1))'::box, '<(1,2),3>'::circle`),
]

const composites: Case[] = [
  value('an enum', `'ok'::mood, 'very "happy"'::mood`),
  value('a domain', '7::positive'),
  value('a composite', `row(1, 'with, "comma"')::pair, row(null, '')::pair, row(1, 2)`),
  value('a whole row', '(select b from books b where id = 1), (select array_agg(b order by id) from books b)'),
  value('a vector', `'[1,-2.5,3e-7]'::vector, '[1,2]'::vector(2)`),
  value('a halfvec', `'[1,-2.5,65504]'::halfvec(3)`),
  value('a sparsevec', `'{1:1.5,3:2}/5'::sparsevec`),
  value('a distance', `'[1,2,3]'::vector <=> '[3,2,1]'::vector`),
]

const arrays: Case[] = [
  value('arrays of integers', `'{1,2,NULL}'::int[], '{}'::int[], '{9007199254740993}'::int8[]`),
  value('arrays of text', `array['a', '', 'NULL', null, 'with, comma', '"q"', '\\', '{}', ' x ']`),
  value('nested arrays', `'{{1,2},{3,4}}'::int[], '{{a,b},{c,NULL}}'::text[]`),
  value('an array with bounds', `'[2:3]={7,8}'::int[]`),
  value('arrays of booleans and floats', `'{t,f}'::bool[], '{NaN,1.5}'::float8[], '{1.10}'::numeric[]`),
  value('arrays of times', `array['2026-01-01 00:00:00.000001+00'::timestamptz], '{1 day}'::interval[]`),
  value('arrays of json', `array['{"a": "b,c"}'::jsonb, 'null'], array['[1]'::json]`),
  value('arrays of bytea and uuid', `array['\\x00ff'::bytea], '{0191d5c6-8a3b-7c3e-8f00-0123456789ab}'::uuid[]`),
  value('arrays of enums', `array['ok', 'very "happy"', null]::mood[]`),
  value('arrays of composites', `array[row(1, 'a b')::pair]`),
  value('arrays of ranges', `array['[1,2)'::int4range]`),
  value('arrays of vectors', `array['[1,2]'::vector, '[3,4]'::vector]`),
]

const params: Case[] = [
  param('numbers as parameters', 'float8', 0, -1.5, 1e21, Number.NaN, Number.POSITIVE_INFINITY),
  param('large integers as parameters', 'int8', '9223372036854775807', 9_007_199_254_740_993n),
  param('booleans as parameters', 'bool', true, false, 't'),
  param('nothing as a parameter', 'text', null, undefined, 'null'),
  param('awkward text as a parameter', 'text', '', "'; drop table authors --", '\\', '"', '漢字🙂', '$1', '\u0001'),
  param('a date as a parameter', 'timestamptz', new Date('2026-11-22T12:34:56.789Z')),
  param('bytes as a parameter', 'bytea', Buffer.from([0, 1, 254, 255])),
  param('objects as parameters', 'jsonb', { a: [1, { b: 'ü"\\' }] }, '[1,2]'),
  param('arrays as parameters', 'text[]', ['a', null, 'b,"c"\\', ''], [], [['x'], ['y']]),
  param('arrays of numbers as parameters', 'int[]', [1, 2, null], [[1], [2]]),
  param('a vector as a parameter', 'vector', JSON.stringify([1, 2.5, -3])),
  param('a UUID and an enum as parameters', 'text', '0191d5c6-8a3b-7c3e-8f00-0123456789ab', 'ok'),
]

/** Every type, as a value and as a parameter. */
export const valueCases: Case[] = [...scalars, ...times, ...documents, ...composites, ...arrays, ...params]
