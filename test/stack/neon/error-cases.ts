import type { Case } from './cases.ts'
import { seed } from './schema.ts'

const failure = (title: string, query: string, params: unknown[] = []): Case => ({ title, query, params })

const onSeed = (title: string, query: string, params: unknown[] = []): Case => ({ title, query, params, before: seed })

const ofTheText: Case[] = [
  failure('a syntax error', 'select 1 from from authors'),
  failure('a syntax error behind text beyond ASCII', `select '漢字🙂', , 1`),
  failure('an unfinished string', `select 'abc`),
  failure('several statements', 'select 1; select 2'),
  failure('an unknown column', 'select nme from authors'),
  failure('an unknown column with a hint', 'select emial from authors'),
  failure('an unknown table', 'select * from no_such_table'),
  failure('an unknown schema', 'create table nowhere.t (id int)'),
  failure('an unknown function', 'select no_such_function(1)'),
  failure('an unknown type', 'select 1::no_such_type'),
  failure('an unknown enum label', `select 'grumpy'::mood`),
  failure('a type mismatch', 'select 1 + true'),
  failure('an ambiguous column', 'select id from authors, books'),
  failure('a missing GROUP BY', 'select id, count(*) from authors'),
  failure('a parameter of no known type', 'select $1 is null, $2 + $2', [1, 2]),
  failure('too few parameters', 'select $1::int, $2::int', [1]),
  failure('too many parameters', 'select $1::int', [1, 2]),
  failure('a table that exists', 'create table authors (id int)'),
]

const ofTheData: Case[] = [
  onSeed('unique', `insert into authors (email) values ('ada@example.com')`),
  onSeed('primary key', `insert into books values (1, 1, null)`),
  onSeed('not null', `insert into authors (email) values (null)`),
  onSeed('check', `insert into authors (email, age) values ('new@example.com', -1)`),
  onSeed('foreign key on insert', 'insert into books values (9, 999, null)'),
  onSeed('foreign key on delete', 'delete from authors where id = 1'),
  onSeed('exclusion', `insert into books values (9, 1, '[4,6)')`),
  onSeed('a domain', 'select 0::positive'),
  onSeed('a deferred foreign key', 'insert into ledger values (1, 999)'),
  onSeed('too long', `insert into authors (email, code) values ('new@example.com', 'abcdef')`),
  onSeed('numeric overflow', `insert into authors (email, score) values ('new@example.com', 1e9)`),
  onSeed('integer overflow', 'select 2147483647 + 1'),
  onSeed('division by zero', 'select 1 / 0 from authors'),
  onSeed('text that is no number', 'select $1::int', ['abc']),
  onSeed('text that is no UUID', 'select $1::uuid', ['abc']),
  onSeed('text that is no JSON', 'select $1::jsonb', ['{"a": ']),
  onSeed('text that is no date', `select '2026-02-30'::date`),
  onSeed('a malformed array', 'select $1::int[]', ['{1,2']),
  onSeed('a NUL byte in a parameter', 'select $1::text', ['a\0b']),
  onSeed('a vector of another dimension', `select '[1,2]'::vector(3)`),
  onSeed('vectors of two dimensions', `select '[1,2]'::vector <-> '[1,2,3]'::vector`),
  onSeed('a subquery with two rows', 'select (select id from authors)'),
  onSeed('LOCK outside a transaction', 'lock table authors'),
]

const ofCode: Case[] = [
  failure('an exception with every field', 'select fails_deep(0)'),
  failure('an exception further down', 'select fails_deep(2)'),
  failure('a statement inside a function', 'select fails_inside()'),
  failure(
    'an exception in a DO block',
    `do $$ begin raise exception using errcode = '40001', message = 'again'; end $$`,
  ),
  failure('a warning that is raised as an error', `do $$ begin assert false, 'asserted'; end $$`),
]

/** Every class of error, with the fields that the server fills in for it. */
export const errorCases: Case[] = [...ofTheText, ...ofTheData, ...ofCode]
