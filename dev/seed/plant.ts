import { v5 } from 'uuid'
import { createCognito } from '../../src/auth/cognito.ts'
import { createJwks } from '../../src/auth/jwks.ts'
import { createVerifier } from '../../src/auth/verifier.ts'
import { asNewcomer, asSystem, asUser, type Database } from '../../src/db/database.ts'
import { createLexicalEmbedder } from '../../src/embeddings/lexical.ts'
import { runEmbeddingQueue, type TextsOfUser } from '../../src/features/embeddings/runner.ts'
import type { MessageRef } from '../../src/features/embeddings/sql/queue.ts'
import { createDocumentRepository } from '../../src/features/documents/repository.ts'
import { createEmbeddingJobStore } from '../../src/features/embeddings/repository.ts'
import { createImportRepository } from '../../src/features/import/repository.ts'
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
  const messages: MessageRef[] = []
  const documentIds: string[] = []
  for (const conversation of person.conversations) {
    messages.push(...(await plantConversation(db, sub, conversation, planted)))
  }
  for (const document of person.documents ?? []) documentIds.push(await plantDocument(db, sub, document, planted))
  await embedTexts(target, { userId: sub, messages })
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
  if (error) throw new Error(describe(error))
}

/** As an import stores it, which may say when things were said. @returns all the conversation's messages, new or not */
async function plantConversation(
  db: Database,
  sub: string,
  seed: SeedConversation,
  planted: Planted,
): Promise<MessageRef[]> {
  const { key, daysAgo, messages: _messages, ...fields } = seed
  const id = v5(`conversation:${key}`, sub)
  const said = toMessages(seed)
  const at = (i: number) => new Date(Date.now() - daysAgo * DAY_MS - (said.length - i) * MESSAGE_EVERY_MS).toISOString()
  const idOf = (i: number) => v5(`message:${key}:${i + 1}`, sub)
  const messages = said.map(({ role, content = '', ...rest }, i) => ({
    ...rest,
    id: idOf(i),
    conversationId: id,
    parentId: i === 0 ? null : idOf(i - 1),
    role,
    content,
    createdAt: at(i + 1),
  }))
  const times = { createdAt: at(0), updatedAt: at(said.length), lastActivityAt: at(said.length) }
  const conversation = {
    id,
    ...fields,
    ...times,
    activeLeafId: messages.at(-1)?.id ?? null,
  }
  const nothing = { documents: [], vectors: [], follow: [], untitled: [], isLast: true }
  const repository = createImportRepository(db, { userId: sub, retentionDays: 30 })
  const stored = expectOk(await repository.store({ ...nothing, conversations: [conversation], messages }))
  planted.conversations += stored.conversations.filter((outcome) => outcome === 'taken').length
  planted.messages += stored.messages.filter((outcome) => outcome === 'taken').length
  return messages
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
