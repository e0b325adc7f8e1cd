import { describe, expect, it } from 'vitest'
import { EMBEDDING_DIMENSIONS, type EmbeddingVector } from '../../../src/embeddings/embedder.ts'
import { createLexicalEmbedder } from '../../../src/embeddings/lexical.ts'

const embedder = createLexicalEmbedder()

async function embed(...texts: string[]): Promise<readonly EmbeddingVector[]> {
  const [vectors, error] = await embedder.embed(texts)
  if (error !== null) throw new Error(error.code)
  return vectors
}

const dot = (a: EmbeddingVector, b: EmbeddingVector) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)

async function similarity(a: string, b: string): Promise<number> {
  const [left, right] = await embed(a, b)
  return left && right ? dot(left, right) : Number.NaN
}

const HOSTILE: [name: string, text: string][] = [
  ['one letter', 'a'],
  ['spaces', ' \n\t '],
  ['punctuation', '!!!'],
  ['an emoji', '👍🏽'],
  ['a family of emoji', '👨‍👩‍👧'],
  ['stop words', 'to be or not to be'],
  ['Chinese', '数据库连接'],
  ['Thai', 'การเชื่อมต่อฐานข้อมูล'],
  ['Arabic', 'اتصال قاعدة البيانات'],
  ['Hindi', 'डेटाबेस कनेक्शन'],
  ['a lone surrogate', '\ud800'],
  ['a NUL byte', '\0'],
  ['marks without a letter', '\u0301\u0302'],
  ['one word of 1 MiB', 'a'.repeat(1 << 20)],
  ['1 MiB of words', 'lorem ipsum '.repeat(90_000)],
  ['1 MiB of accents', 'e\u0301\u0302'.repeat(350_000)],
  ['letters that unfold into many', '\ufdfa'.repeat(350_000)],
  ['capitals in turn', 'aB'.repeat(500_000)],
  ['base64', btoa('\u00ff\u0001~'.repeat(5_000))],
]

describe('every text', () => {
  it.each(HOSTILE)('%s has a finite vector of unit length', async (_name, text) => {
    const [vector] = await embed(text)
    expect(vector).toHaveLength(EMBEDDING_DIMENSIONS)
    expect(vector && Math.sqrt(dot(vector, vector))).toBeCloseTo(1, 5)
  })

  it('has the same vector alone, in a batch and another time', async () => {
    const [alone] = await embed('Where is my invoice?')
    const [, second, third] = await embed('Something else', 'Where is my invoice?', 'Where is my invoice?')
    expect(second).toEqual(alone)
    expect(third).toEqual(alone)
  })

  it('keeps the vector that is stored under the model name', async () => {
    const [vector] = await embed('Users connect to createConversation in Zürich, 東京 and C++ 👍')
    const bytes = new Uint8Array(vector?.slice().buffer ?? [])
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).slice(0, 8)
    // Other numbers mean other vectors than those in people's databases: give the model a new name with them.
    expect([embedder.model, digest.toHex()]).toEqual(['lexical-hash-v1', '2dec1693eaffb36c'])
  })
})

describe('an empty text', () => {
  it('is refused by its place in the batch', async () => {
    const [vectors, error] = await embedder.embed(['first', ''])
    expect(vectors).toBeNull()
    expect(error).toMatchObject({ code: 'invalid_request', errors: [{ path: '1' }] })
  })

  it('is not the same as no text', async () => {
    expect(await embedder.embed([])).toEqual([[], null])
  })
})

const TRIPLES: [text: string, near: string, far: string][] = [
  ['connect to the database', 'Database connections are pooled', 'The cat sat on the mat'],
  ['how do I cancel my subscription', 'Cancelling a subscription takes one click', 'How do I bake my bread'],
  ['verify tokens', 'Token verification fails', 'Coffee beans from Brazil'],
  ['the invoice was not paid', 'unpaid invoices', 'the weather was not good'],
  ['deleting a user', 'Users can be deleted by an admin', 'Planting a tree'],
  ['createConversation', 'How to create a conversation', 'How to delete an invoice'],
  ['naïve café', 'naive cafe', 'native safe'],
  ['ＦＵＬＬ ｗｉｄｔｈ', 'full width', 'half height'],
  ['STRASSE', 'Straße', 'Stress'],
  ['İSTANBUL', 'istanbul', 'stable'],
  ['postgress', 'postgres', 'progress'],
  ['embeding vectors', 'vector embeddings', 'bedding and curtains'],
  ['C++ compiler', 'a compiler for C++', 'a compiler for C#'],
  ['東京の天気', '明日の東京の天気予報', '大阪城の歴史'],
  ['데이터베이스 연결', '데이터베이스를 연결하는 방법', '맛있는 김치'],
  ['подключение к базе', 'база и подключения', 'рецепт борща'],
  ['new york weather', 'the weather in New York', 'new weather for old York'],
  ['great 👍', '👍', '👎'],
]

describe('texts that share words or parts of words', () => {
  it.each(TRIPLES)('%s is nearer to %s than to %s', async (text, near, far) => {
    expect(await similarity(text, near)).toBeGreaterThan(await similarity(text, far))
  })

  it('find the passage that answers a question', async () => {
    const passages = [
      'Refunds are paid back to the card within five days of the cancellation.',
      'You can invite colleagues to a workspace; each of them gets a role.',
      'Exports contain every conversation, as JSON lines, and are kept for a week.',
      'Two-factor authentication needs an app that shows one-time codes.',
      'Our servers are in Frankfurt; backups are encrypted and taken every night.',
    ]
    const questions: [string, number][] = [
      ['When is my money refunded after cancelling?', 0],
      ['inviting a colleague', 1],
      ['How do I export my conversations?', 2],
      ['setting up two factor auth', 3],
      ['is the backup encryption on', 4],
    ]
    const stored = await embed(...passages)
    for (const [question, expected] of questions) {
      const [asked] = await embed(question)
      const scores = stored.map((vector) => (asked ? dot(asked, vector) : 0))
      expect(scores.indexOf(Math.max(...scores)), question).toBe(expected)
    }
  })

  it('are almost unrelated when they share none', async () => {
    expect(Math.abs(await similarity('quarterly revenue forecast', 'penguins swim underwater'))).toBeLessThan(0.15)
  })

  it('are the same but for case, accents and space', async () => {
    expect(await similarity('Crème  brûlée\n', 'CREME BRULEE')).toBeCloseTo(1, 5)
  })
})
