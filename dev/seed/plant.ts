import { sql } from 'drizzle-orm'
import { v5 } from 'uuid'
import { createCognito } from '../../src/auth/cognito.ts'
import { createJwks } from '../../src/auth/jwks.ts'
import { createVerifier } from '../../src/auth/verifier.ts'
import { asNewcomer, asSystem, asUser, type Database } from '../../src/db/database.ts'
import { createLexicalEmbedder } from '../../src/embeddings/lexical.ts'
import { runEmbeddingQueue, type TextsOfUser } from '../../src/embeddings/queue.ts'
import { createConversationRepository } from '../../src/features/conversations/repository.ts'
import { createDocumentRepository } from '../../src/features/documents/repository.ts'
import { createEmbeddingJobStore } from '../../src/features/embedding-jobs/repository.ts'
import { createMessageRepository } from '../../src/features/messages/repository.ts'
import { createSessionRepository } from '../../src/features/sessions/repository.ts'
import { createUserRepository } from '../../src/features/users/repository.ts'
import { newId } from '../../src/id.ts'
import type { AppError, ErrorCode, Result } from '../../src/result.ts'
import { createTrace } from '../../src/trace.ts'
import { signInLocally } from '../cognito.ts'
import { type Person, type SeedConversation, type SeedDocument, toMessages } from './person.ts'
import type { SeedTarget } from './target.ts'

/** What a run has added; nothing where it was all there. */
export interface Planted {
  user: boolean
  conversations: number
  messages: number
  documents: number
}

const TIMEOUT_MS = 30_000
const DAY_MS = 86_400_000
const MESSAGE_EVERY_MS = 45_000

/** Registers the person and writes what is missing of their conversations, through the repositories of the Worker. */
export async function plantPerson(target: SeedTarget, person: Person): Promise<Planted> {
  const { accessToken, sub } = await signInLocally(target.cognito, person.email, person)
  const options = { connectionString: target.databaseUrl, timeoutMs: TIMEOUT_MS }
  const trace = createTrace(newId())
  const asker = { userId: sub, signInId: 'db:seed' }
  const db = asUser(options, trace, asker)
  const isNew = unless('not_registered', await createUserRepository(db).get(sub)) === null
  if (isNew) await register(target, accessToken, createSessionRepository(asNewcomer(options, trace, asker), sub))

  const planted: Planted = { user: isNew, conversations: 0, messages: 0, documents: 0 }
  const messageIds: string[] = []
  const documentIds: string[] = []
  for (const conversation of person.conversations) {
    messageIds.push(...(await plantConversation(db, sub, conversation, planted)))
  }
  for (const document of person.documents ?? []) documentIds.push(await plantDocument(db, sub, document, planted))
  await embedTexts(target, { userId: sub, messageIds })
  await embedTexts(target, { userId: sub, documentIds })
  return planted
}

/** Makes the vectors of these texts, where they wait for one. */
async function embedTexts(target: SeedTarget, only: TextsOfUser): Promise<void> {
  const options = { connectionString: target.systemDatabaseUrl, timeoutMs: TIMEOUT_MS }
  const store = createEmbeddingJobStore(asSystem(options, createTrace(newId())))
  const queue = { store, embedder: createLexicalEmbedder(), newClaimId: newId }
  expectOk(await runEmbeddingQueue(queue, { only, until: Date.now() + 10 * TIMEOUT_MS }))
}

/** @returns the document's id, new or not */
async function plantDocument(db: Database, sub: string, document: SeedDocument, planted: Planted): Promise<string> {
  const { key, title, passages } = document
  const id = v5(`document:${key}`, sub)
  const created = await createDocumentRepository(db, sub).put({
    id,
    title,
    content: passages.join('\n\n'),
    format: 'text',
    language: 'english',
    tags: ['seed'],
    metadata: {},
    chunking: { size: 250, overlap: 0 },
  })
  // By its id alone: deleted, it stays deleted.
  if (unless('conflict', created)) planted.documents += 1
  return id
}

async function register(
  { cognito }: SeedTarget,
  accessToken: string,
  sessions: ReturnType<typeof createSessionRepository>,
): Promise<void> {
  const { issuer, clientId } = cognito
  const keys = createJwks({ url: `${issuer}/.well-known/jwks.json`, timeoutMs: TIMEOUT_MS })
  const [identity, refused] = await createVerifier({ issuer, clientIds: [clientId], keys })(accessToken)
  if (refused) throw new Error(`The local Cognito's token is refused: ${refused.reason}.`)
  const profile = expectOk(await createCognito({ issuer, timeoutMs: TIMEOUT_MS }).getUser(accessToken, identity))
  const [, error] = await sessions.signIn(identity, profile, 'db:seed')
  if (error?.code === 'email_taken') {
    throw new Error(`${profile.email} is another user in this database: it was filled with another PARLEY_DATA.`)
  }
  if (error) throw new Error(describe(error))
}

/** @returns the ids of all the conversation's messages, new or not */
async function plantConversation(
  db: Database,
  sub: string,
  seed: SeedConversation,
  planted: Planted,
): Promise<string[]> {
  const { key, daysAgo, messages: _messages, ...fields } = seed
  const id = v5(`conversation:${key}`, sub)
  const messages = toMessages(seed).map((message, i) => ({ ...message, id: v5(`message:${key}:${i + 1}`, sub) }))
  const ids = messages.map((message) => message.id)

  const created = unless('conflict', await createConversationRepository(db, sub).create({ id, ...fields }))
  if (created) planted.conversations += 1
  if (messages.length === 0) return ids
  // Also where the conversation is there: an earlier run may have been stopped in between. Deleted, it stays deleted.
  const appended = await createMessageRepository(db, sub, id).append(messages)
  const rows = unless('conflict', appended, 'not_found')
  planted.messages += rows?.length ?? 0
  if (rows) await backdate(db, sub, id, Date.now() - daysAgo * DAY_MS - messages.length * MESSAGE_EVERY_MS)
  return ids
}

/** What is new gets a past: a list in which everything happened just now looks like none that a user has. */
async function backdate(db: Database, sub: string, id: string, startMs: number): Promise<void> {
  const start = sql`${new Date(startMs).toISOString()}::timestamptz`
  const at = sql`${start} + seq * ${MESSAGE_EVERY_MS / 1000} * interval '1 second'`
  expectOk(
    await db.write('seed.backdate', (q) => [
      q.execute(sql`update messages set created_at = ${at}, updated_at = ${at}
        where user_id = ${sub} and conversation_id = ${id}`),
      q.execute(sql`update conversations
        set created_at = ${start}, (last_activity_at, updated_at) = (select max(created_at), max(created_at)
          from messages where user_id = ${sub} and conversation_id = ${id})
        where user_id = ${sub} and id = ${id}`),
      q.execute(sql`update users set created_at = least(created_at, ${start}) where id = ${sub}`),
    ]),
  )
}

/** The value, or null for a failure that is no news. */
function unless<T>(expected: ErrorCode, result: Result<T>, alsoExpected = expected): T | null {
  const [value, error] = result
  if (error && error.code !== expected && error.code !== alsoExpected) throw new Error(describe(error))
  return error ? null : value
}

function expectOk<T>([value, error]: Result<T>): T {
  if (error) throw new Error(describe(error))
  return value
}

const describe = ({ code, context }: AppError): string => `${code} ${context ? JSON.stringify(context) : ''}`.trim()
