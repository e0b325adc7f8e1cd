import { type Client, expectProblem, expectStatus } from './client.ts'
import { expect, say, step } from './report.ts'

/** Nothing of one user's is there for another. */
export async function stranger(grace: Client, id: string, embedding: number[]): Promise<void> {
  step('A stranger')
  const messages = grace.v1.conversations[':conversationId'].messages
  const param = { conversationId: id }
  const attempts = {
    'reads the conversation': grace.v1.conversations[':conversationId'].$get({ param: { conversationId: id } }),
    'reads its messages': messages.$get({ param, query: {} }),
    'writes into it': messages.$post({ param, json: { role: 'user', content: 'Hello?' } }),
    'renames it': grace.v1.conversations[':conversationId'].$patch({
      param: { conversationId: id },
      json: { title: 'Mine' },
    }),
    'deletes it': grace.v1.conversations[':conversationId'].$delete({ param: { conversationId: id } }),
  }
  for (const [attempt, call] of Object.entries(attempts)) {
    const { code } = await expectProblem(call, 404)
    say(`${attempt}: 404 ${code}`)
  }
  const { data } = await (await expectStatus(grace.v1.conversations.$get({ query: {} }), 200)).json()
  const byText = await (
    await expectStatus(grace.v1.search.$post({ json: { query: 'herbs on a balcony' } }), 200)
  ).json()
  const byVector = await (await expectStatus(grace.v1.vectors.search.$post({ json: { embedding } }), 200)).json()
  const found = data.length + byText.data.length + byVector.data.length
  expect(found === 0, 'a stranger finds nothing')
  say('lists conversations, searches by text, searches by vector: nothing')
}

/** Of two people who change the same thing, the second learns of the first. */
export async function preconditions(ada: Client, id: string): Promise<void> {
  step('Two changes at once: ETag and If-Match')
  const conversation = ada.v1.conversations[':conversationId']
  const read = await expectStatus(conversation.$get({ param: { conversationId: id } }), 200)
  const etag = read.headers.get('ETag') ?? ''
  const change = (title: string) =>
    conversation.$patch({ param: { conversationId: id }, json: { title } }, { headers: { 'If-Match': etag } })
  await expectStatus(change('Balcony garden, north side'), 200)
  say(`PATCH with If-Match: ${etag}: 200`)
  const { detail } = await expectProblem(change('Balcony garden, windy side'), 412)
  say(`PATCH with If-Match: ${etag} again: 412, ${detail}`)
}

/** A refusal says what is wrong, and where. */
export async function badRequest(ada: Client): Promise<void> {
  step('A bad request')
  const problem = await expectProblem(
    ada.v1.conversations.$post({ json: { title: 'x'.repeat(10_000), tags: ['garden\0'] } }),
    400,
  )
  const tooLong = await expectProblem(ada.v1.conversations.$post({ json: { title: 'x'.repeat(10_000) } }), 400)
  expect(problem.errors?.[0]?.path === 'tags.0', 'the NUL byte named')
  expect(tooLong.errors?.[0]?.path === 'title', 'the title named')
  say('POST /v1/conversations with a title of 10,000 characters:')
  for (const line of JSON.stringify(tooLong, null, 2).split('\n')) say(`  ${line}`)
  const { code } = await expectProblem(ada.v1.conversations.$get({ query: { cursor: 'bm9uc2Vuc2U' } }), 400)
  say(`GET /v1/conversations?cursor=nonsense: 400 ${code}`)
}
