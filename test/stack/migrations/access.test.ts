import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LocalDatabase } from '../../../dev/database.ts'
import { openDatabase, rowsOf } from './open.ts'

// Each test waits for processes or for PGlite.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** What requests may change, of tables of which they may not change all. */
const CHANGEABLE = {
  users:
    'avatar_url deleted_at email email_verified first_name last_login last_name name not_valid_before purge_after updated_at version',
  sessions: 'expires_at last_seen_at revoked_at user_agent',
  conversations:
    'active_leaf_id archived deleted_at derived_title last_activity_at last_branch last_seq message_count metadata pinned purge_after system_prompt tags title updated_at version',
  messages:
    'attachments content deleted_at has_metadata metadata model parts purge_after reasoning status updated_at usage version',
  documents:
    'chunk_count chunk_overlap chunk_size content content_hash deleted_at external_id format language metadata purge_after tags title updated_at version',
  document_chunks: 'context end_offset hash headings language position start_offset table_head',
  chat_vectors: 'client_embedding client_provided content created_at embedding id metadata model sketch',
  embedding_jobs: 'attempts claim_id failed_at last_error run_at',
  idempotency_keys: 'created_at digest expires_at resource response_rows',
}

/** What each role may do, complete: a privilege that is not here is one too many. */
const GRANTS: Record<string, string> = {
  'parley_app: function app.folded(text)': 'EXECUTE',
  'parley_app: function app.forms_of(text,text,regdictionary[])': 'EXECUTE',
  'parley_app: function app.keyword_search(jsonb,app.search_scope,integer)': 'EXECUTE',
  'parley_app: function app.pairs_of(text)': 'EXECUTE',
  'parley_app: function app.parts_of(text)': 'EXECUTE',
  'parley_app: function app.passage_of(text,regdictionary[],text[],text,text[]': 'EXECUTE',
  'parley_app: function app.phrase_of(text)': 'EXECUTE',
  'parley_app: function app.pieces_of(text)': 'EXECUTE',
  'parley_app: function app.query_conditions(jsonb)': 'EXECUTE',
  'parley_app: function app.query_words(text,boolean)': 'EXECUTE',
  'parley_app: function app.show_found(uuid,text[],text[],jsonb,jsonb[],intege': 'EXECUTE',
  'parley_app: function app.told_apart(uuid,text[],jsonb)': 'EXECUTE',
  'parley_app: function app.unspaced()': 'EXECUTE',
  'parley_app: function app.words_of_chunk(regconfig,text,text)': 'EXECUTE',
  'parley_app: schema app': 'USAGE',
  'parley_app: schema public': 'USAGE',
  'parley_app: function app.begin_request(uuid,text,text,text,boolean)': 'EXECUTE',
  'parley_app: function app.begin_sign_in(uuid,text,text,text)': 'EXECUTE',
  'parley_app: function app.begins(jsonb,jsonb)': 'EXECUTE',
  'parley_app: function app.requeue_written(uuid,text)': 'EXECUTE',
  'parley_app: function app.admit_request(uuid,text,timestamp with time zone,t': 'EXECUTE',
  'parley_app: function app.admit_sign_in(uuid,text,timestamp with time zone,t': 'EXECUTE',
  'parley_app: function app.purged_at(uuid)': 'EXECUTE',
  'parley_app: function app.embedded_today(uuid)': 'EXECUTE',
  'parley_app: function app.count_embedded(uuid,bigint)': 'EXECUTE',
  'parley_app: function app.introduce(uuid,text,text,text)': 'EXECUTE',
  'parley_app: function app.current_user_id()': 'EXECUTE',
  'parley_app: function app.uuid_v7()': 'EXECUTE',
  'parley_app: function app.dictionaries_of(text)': 'EXECUTE',
  'parley_app: function app.joined(text)': 'EXECUTE',
  'parley_app: function app.stem_of(regdictionary,text)': 'EXECUTE',
  'parley_app: function app.stems_of(regdictionary[],text,text)': 'EXECUTE',
  'parley_app: function app.words_in(regdictionary[],text)': 'EXECUTE',
  'parley_app: function app.words_asked(jsonb)': 'EXECUTE',
  'parley_app: function app.words_of(regconfig,text)': 'EXECUTE',
  'parley_app: function app.merge_patch(jsonb,jsonb)': 'EXECUTE',
  // Long signatures are cut off: the catalog's type for names is.
  'parley_app: function app.as_term(text)': 'EXECUTE',
  'parley_app: function app.keyword_hits(text,boolean,boolean,app.search_scope': 'EXECUTE',
  'parley_app: function app.keyword_query(regconfig,text,boolean,boolean)': 'EXECUTE',
  'parley_app: function app.keyword_terms(regconfig,text,boolean,boolean)': 'EXECUTE',
  'parley_app: function app.passes(timestamp with time zone,timestamp with tim': 'EXECUTE',
  'parley_app: function app.resolve_scope(uuid,jsonb)': 'EXECUTE',
  'parley_app: function app.nearest(uuid,vector,bit,text,app.search_scope,inte': 'EXECUTE',
  'parley_app: function app.similarities(uuid,vector,text,text[])': 'EXECUTE',
  'parley_app: function app.show_hits(uuid,text[],text[],tsquery[],jsonb[],int': 'EXECUTE',
  'parley_app: function app.embedding_state(uuid,text,integer)': 'EXECUTE',
  'parley_app: function app.save_chat(uuid,text,jsonb,integer)': 'EXECUTE',
  'parley_app: function app.store_chat(uuid,text,jsonb,integer,jsonb,boolean)': 'EXECUTE',
  'parley_app: function app.says_something(text)': 'EXECUTE',
  'parley_app: function app.shortened(text)': 'EXECUTE',
  'parley_app: users': 'INSERT SELECT',
  'parley_app: sessions': 'INSERT SELECT',
  'parley_app: conversations': 'DELETE INSERT SELECT',
  'parley_app: messages': 'INSERT SELECT',
  'parley_app: documents': 'DELETE INSERT SELECT',
  ...Object.fromEntries(
    Object.entries(CHANGEABLE).flatMap(([table, columns]) =>
      columns.split(' ').map((column) => [`parley_app: ${table}(${column})`, 'UPDATE']),
    ),
  ),
  'parley_app: document_chunks': 'DELETE INSERT SELECT',
  'parley_app: chat_vectors': 'DELETE INSERT SELECT',
  'parley_app: embedding_jobs': 'DELETE INSERT SELECT',
  'parley_app: idempotency_keys': 'DELETE INSERT SELECT',
  'parley_app: audit_events': 'SELECT',
  'parley_app: usage': 'SELECT',
  'parley_app: usage(user_id)': 'INSERT',
  'parley_app: usage(embedded_on)': 'INSERT UPDATE',
  'parley_app: usage(embedded_tokens)': 'INSERT UPDATE',
  'parley_app: purge_receipts(user_id)': 'SELECT',
  'parley_app: purge_receipts(deleted_at)': 'SELECT',
  'parley_app: schema_version': 'SELECT',
  'parley_system: conversations(title)': 'SELECT',
  'parley_system: conversations(title_words)': 'SELECT UPDATE',
  'parley_system: conversations(words_version)': 'SELECT UPDATE',
  'parley_system: document_chunks(words_version)': 'SELECT UPDATE',
  'parley_system: function app.folded(text)': 'EXECUTE',
  'parley_system: function app.forms_of(text,text,regdictionary[])': 'EXECUTE',
  'parley_system: function app.keyword_search(jsonb,app.search_scope,integer)': 'EXECUTE',
  'parley_system: function app.pairs_of(text)': 'EXECUTE',
  'parley_system: function app.parts_of(text)': 'EXECUTE',
  'parley_system: function app.passage_of(text,regdictionary[],text[],text,text[]': 'EXECUTE',
  'parley_system: function app.phrase_of(text)': 'EXECUTE',
  'parley_system: function app.pieces_of(text)': 'EXECUTE',
  'parley_system: function app.query_conditions(jsonb)': 'EXECUTE',
  'parley_system: function app.query_words(text,boolean)': 'EXECUTE',
  'parley_system: function app.unspaced()': 'EXECUTE',
  'parley_system: function app.words_of_chunk(regconfig,text,text)': 'EXECUTE',
  'parley_system: messages(parent_id)': 'SELECT',
  'parley_system: messages(seq)': 'SELECT',
  'parley_system: messages(words_version)': 'SELECT UPDATE',
  'parley_system: schema app': 'USAGE',
  'parley_system: schema public': 'USAGE',
  'parley_system: function app.uuid_v7()': 'EXECUTE',
  'parley_system: function app.dictionaries_of(text)': 'EXECUTE',
  'parley_system: function app.joined(text)': 'EXECUTE',
  'parley_system: function app.stem_of(regdictionary,text)': 'EXECUTE',
  'parley_system: function app.stems_of(regdictionary[],text,text)': 'EXECUTE',
  'parley_system: function app.words_in(regdictionary[],text)': 'EXECUTE',
  'parley_system: function app.words_asked(jsonb)': 'EXECUTE',
  'parley_system: function app.words_of(regconfig,text)': 'EXECUTE',
  'parley_system: function app.says_something(text)': 'EXECUTE',
  'parley_system: function app.as_term(text)': 'EXECUTE',
  'parley_system: function app.current_user_id()': 'EXECUTE',
  'parley_system: function app.keyword_hits(text,boolean,boolean,app.search_scope': 'EXECUTE',
  'parley_system: function app.keyword_query(regconfig,text,boolean,boolean)': 'EXECUTE',
  'parley_system: function app.keyword_terms(regconfig,text,boolean,boolean)': 'EXECUTE',
  'parley_system: function app.passes(timestamp with time zone,timestamp with tim': 'EXECUTE',
  'parley_system: messages(content)': 'SELECT UPDATE',
  'parley_system: messages(conversation_id)': 'SELECT',
  'parley_system: messages(deleted_at)': 'SELECT',
  'parley_system: messages(purge_after)': 'SELECT UPDATE',
  'parley_system: messages(parts)': 'UPDATE',
  'parley_system: messages(attachments)': 'UPDATE',
  'parley_system: messages(reasoning)': 'UPDATE',
  'parley_system: messages(metadata)': 'SELECT UPDATE',
  'parley_system: messages(role)': 'SELECT',
  'parley_system: messages(search)': 'SELECT UPDATE',
  'parley_system: messages(status)': 'SELECT UPDATE',
  'parley_system: messages(updated_at)': 'SELECT UPDATE',
  'parley_system: messages(version)': 'SELECT UPDATE',
  'parley_system: messages(created_at)': 'SELECT',
  'parley_system: messages(id)': 'SELECT',
  'parley_system: messages(user_id)': 'SELECT',
  'parley_system: messages': 'DELETE',
  'parley_system: chat_vectors': 'DELETE INSERT SELECT UPDATE',
  'parley_system: embedding_jobs': 'DELETE INSERT SELECT UPDATE',
  'parley_system: users': 'DELETE',
  'parley_system: users(id)': 'SELECT',
  'parley_system: users(deleted_at)': 'SELECT',
  'parley_system: users(purge_after)': 'SELECT UPDATE',
  'parley_system: sessions': 'DELETE',
  'parley_system: sessions(id)': 'SELECT',
  'parley_system: sessions(user_id)': 'SELECT',
  'parley_system: conversations': 'DELETE',
  'parley_system: conversations(id)': 'SELECT',
  'parley_system: conversations(user_id)': 'SELECT',
  'parley_system: conversations(purge_after)': 'SELECT UPDATE',
  'parley_system: conversations(created_at)': 'SELECT',
  'parley_system: conversations(deleted_at)': 'SELECT',
  'parley_system: conversations(message_count)': 'SELECT',
  'parley_system: documents': 'DELETE',
  'parley_system: documents(id)': 'SELECT',
  'parley_system: documents(user_id)': 'SELECT',
  'parley_system: documents(language)': 'SELECT',
  'parley_system: documents(chunk_count)': 'SELECT',
  'parley_system: documents(deleted_at)': 'SELECT',
  'parley_system: documents(purge_after)': 'SELECT UPDATE',
  'parley_system: document_chunks': 'DELETE',
  'parley_system: document_chunks(id)': 'SELECT',
  'parley_system: document_chunks(user_id)': 'SELECT',
  'parley_system: document_chunks(document_id)': 'SELECT',
  'parley_system: document_chunks(content)': 'SELECT',
  'parley_system: document_chunks(context)': 'SELECT',
  'parley_system: document_chunks(language)': 'SELECT',
  'parley_system: document_chunks(search)': 'SELECT UPDATE',
  'parley_system: idempotency_keys': 'DELETE',
  'parley_system: idempotency_keys(user_id)': 'SELECT',
  'parley_system: idempotency_keys(key)': 'SELECT',
  'parley_system: idempotency_keys(expires_at)': 'SELECT',
  'parley_system: idempotency_keys(resource)': 'SELECT',
  'parley_system: idempotency_keys(created_at)': 'SELECT',
  'parley_system: idempotency_keys(response_rows)': 'SELECT UPDATE',
  'parley_system: audit_events': 'DELETE',
  'parley_system: audit_events(id)': 'SELECT',
  'parley_system: audit_events(user_id)': 'SELECT',
  'parley_system: purge_receipts': 'INSERT SELECT UPDATE',
  'parley_system: usage': 'SELECT',
  'parley_system: usage(user_id)': 'INSERT',
  'parley_system: usage(embedded_on)': 'INSERT UPDATE',
  'parley_system: usage(embedded_tokens)': 'INSERT UPDATE',
  'parley_system: function app.count_embedded(uuid,bigint)': 'EXECUTE',
  'parley_system: function app.embedded_today(uuid)': 'EXECUTE',
}

const ROLES = `('parley_app', 'parley_system')`
/** Tables and functions of Parley: not those that pgvector brings. */
const OURS = (catalog: 'pg_class' | 'pg_proc', oid: string) =>
  `not exists (select from pg_depend d where d.classid = '${catalog}'::regclass and d.objid = ${oid} and d.deptype = 'e')`

let database: LocalDatabase
beforeAll(async () => {
  database = await openDatabase()
})
afterAll(() => database.close())
const rows = (query: string) => rowsOf(database, query)

describe('the roles of the Worker', () => {
  it('can log in and nothing else', async () => {
    const roles = await rows(`select rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
        rolreplication, rolinherit
      from pg_roles where rolname in ${ROLES} order by rolname`)
    const powerless = {
      rolcanlogin: true,
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
      rolinherit: false,
    }
    expect(roles).toEqual([
      { rolname: 'parley_app', ...powerless },
      { rolname: 'parley_system', ...powerless },
    ])
  })

  it('belong to no other role', async () => {
    expect(await rows(`select roleid::regrole from pg_auth_members where member::regrole::text in ${ROLES}`)).toEqual(
      [],
    )
  })

  it('own nothing but the keyword search, which runs with the rights of parley_system', async () => {
    const owned =
      await rows(`select refobjid::regrole::text as owner, classid::regclass::text as kind, objid::regproc::text as name
      from pg_shdepend
      where deptype = 'o' and refclassid = 'pg_authid'::regclass and refobjid::regrole::text in ${ROLES}
        and dbid in (0, (select oid from pg_database where datname = current_database()))`)
    // `keyword_hits` is for the release before.
    const doors = ['app.keyword_hits', 'app.keyword_search']
    expect(owned).toEqual(doors.map((name) => ({ owner: 'parley_system', kind: 'pg_proc', name })))
  })

  it('have exactly the grants that are meant', async () => {
    const granted = await rows(`
      with acl as (
        select grantee, privilege_type, c.relname as what
        from pg_class c, aclexplode(c.relacl)
        where c.relnamespace in ('public'::regnamespace, 'app'::regnamespace, 'drizzle'::regnamespace)
          and ${OURS('pg_class', 'c.oid')}
        union all
        select a.grantee, a.privilege_type, format('%s(%s)', c.relname, t.attname)
        from pg_attribute t join pg_class c on c.oid = t.attrelid, aclexplode(t.attacl) a
        where c.relnamespace = 'public'::regnamespace
        union all
        select grantee, privilege_type, 'schema ' || nspname
        from pg_namespace, aclexplode(nspacl) where nspname in ('public', 'app', 'drizzle')
        union all
        select grantee, privilege_type, 'function ' || p.oid::regprocedure
        from pg_proc p, aclexplode(p.proacl) where ${OURS('pg_proc', 'p.oid')})
      select grantee::regrole || ': ' || what as grant, string_agg(privilege_type, ' ' order by privilege_type) as privileges
      from acl where grantee <> 0 and grantee::regrole::text in ${ROLES}
      group by 1`)
    expect(Object.fromEntries(granted.map((row) => [row['grant'], row['privileges']]))).toEqual(GRANTS)
  })
})

describe('everybody', () => {
  it('may execute no function of Parley', async () => {
    const open = await rows(`select p.oid::regprocedure::text as function
      from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
      where a.grantee = 0 and p.pronamespace in ('app'::regnamespace, 'public'::regnamespace) and ${OURS('pg_proc', 'p.oid')}`)
    expect(open).toEqual([])
  })

  it('may touch no table, and create nothing', async () => {
    const open = await rows(`
      select c.relname as what, a.privilege_type from pg_class c, aclexplode(c.relacl) a
      where a.grantee = 0 and c.relnamespace = 'public'::regnamespace and ${OURS('pg_class', 'c.oid')}
      union all
      select nspname, a.privilege_type from pg_namespace, aclexplode(nspacl) a
      where a.grantee = 0 and nspname in ('public', 'app', 'drizzle') and a.privilege_type <> 'USAGE'`)
    expect(open).toEqual([])
  })
})
