import type { Case } from './cases.ts'
import { seed } from './schema.ts'

const shapes: Case[] = [
  { title: 'an empty query', query: '' },
  { title: 'only a comment', query: '-- nothing' },
  { title: 'a trailing semicolon', query: 'select 1;' },
  { title: 'no rows', query: 'select id, email from authors where false' },
  { title: 'no columns', query: 'select from authors' },
  { title: 'no columns and no rows', query: 'select where false' },
  { title: 'unnamed columns', query: 'select 1, 2 + 3, null' },
  { title: 'columns of the same name', query: 'select 1 as a, 2 as a, 3 as b' },
  {
    title: 'columns with odd names',
    query: 'select 1 as " ", 2 as "__proto__", 3 as "with ""quotes"" ü"',
  },
  {
    title: 'columns of a table and of none',
    query: 'select a.id, a.score, a.code, a.tags, a.id + 1 from authors a order by id',
  },
  {
    title: 'columns of a joined table',
    query: 'select * from authors a left join books b on b.author_id = a.id order by a.id, b.id',
  },
  { title: 'many columns', query: `select ${Array.from({ length: 300 }, (_, i) => `${i} as c${i}`).join(', ')}` },
  { title: 'many rows', query: `select n, repeat('x', n % 50) from generate_series(1, 2000) n` },
  { title: 'VALUES', query: `values (1, 'a'), (2, null)` },
  { title: 'TABLE', query: 'table books' },
  {
    title: 'a CTE',
    query: 'with recursive t(n) as (select 1 union all select n + 1 from t where n < 4) select * from t',
  },
  { title: 'EXPLAIN', query: 'explain (costs off) select 1' },
  { title: 'SHOW', query: 'show server_encoding' },
  { title: 'a parameter used twice', query: 'select $1::int, $1 + 1', params: [41] },
]

const writes: Case[] = [
  { title: 'INSERT', query: `insert into authors (email) values ('zoe@example.com')` },
  { title: 'INSERT of several rows', query: `insert into authors (email) values ('a'), ('b'), ('c')` },
  {
    title: 'INSERT RETURNING',
    query: `insert into authors (email, tags) values ($1, $2), ($3, '{}') returning *`,
    params: ['x', ['t'], 'y'],
  },
  {
    title: 'INSERT of nothing',
    query: 'insert into authors (email) select email from authors where false returning id',
  },
  {
    title: 'an upsert that updates',
    query: `insert into authors (email, age) values ('ada@example.com', 37) on conflict (email) do update set age = excluded.age returning id, age`,
  },
  {
    title: 'an upsert that does nothing',
    query: `insert into authors (email) values ('ada@example.com') on conflict do nothing returning id`,
  },
  { title: 'UPDATE', query: 'update authors set age = coalesce(age, 0) + 1' },
  { title: 'UPDATE RETURNING', query: 'update authors set age = 1 where id < $1 returning id, age, mood', params: [3] },
  { title: 'UPDATE of nothing', query: 'update authors set age = 1 where false' },
  { title: 'DELETE', query: 'delete from authors where id > 1' },
  { title: 'DELETE RETURNING', query: 'delete from books returning id, lent' },
  {
    title: 'MERGE',
    query: `merge into authors a using (values ('bob@example.com')) s(email) on a.email = s.email when matched then update set age = 5`,
  },
  { title: 'a writing CTE', query: `with gone as (delete from books returning author_id) select count(*) from gone` },
  {
    title: 'SELECT INTO',
    query: 'select id into temp scratch_copy from authors',
    before: ['drop table if exists scratch_copy'],
  },
  { title: 'SELECT FOR UPDATE', query: 'select id from authors order by id for update' },
]
for (const one of writes) one.before = [...seed, ...(one.before ?? [])]

const commands: Case[] = [
  { title: 'CREATE TABLE', query: 'create table scratch (id int)', before: ['drop table if exists scratch'] },
  {
    title: 'CREATE TABLE AS',
    query: 'create table scratch as select 1 as a',
    before: ['drop table if exists scratch'],
  },
  { title: 'CREATE TABLE that exists', query: 'create table if not exists authors (id int)' },
  { title: 'ALTER TABLE', query: 'alter table authors alter column score set default 0' },
  { title: 'TRUNCATE', query: 'truncate books' },
  { title: 'DROP', query: 'drop table if exists no_such_table' },
  { title: 'SET', query: `set application_name to 'somebody'` },
  { title: 'RESET', query: 'reset application_name' },
  { title: 'DO', query: `do $$ begin raise notice 'heard by nobody'; end $$` },
  {
    title: 'CALL',
    query: 'call noop(1)',
    before: ['create or replace procedure noop(n int) language sql as $$ select 1 $$'],
  },
  { title: 'NOTIFY', query: `notify somebody, 'hello'` },
  { title: 'ANALYZE', query: 'analyze authors' },
]

/** Shapes of results, and every kind of command tag. */
export const statementCases: Case[] = [...shapes, ...writes, ...commands]
