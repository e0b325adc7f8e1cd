import { createLexicalEmbedder } from '../../src/embeddings/lexical.ts'
import { type Client, expectProblem, expectStatus } from './client.ts'
import { QUESTIONS } from './questions.ts'
import type { Library } from './remember.ts'
import { expect, say, shorten, step } from './report.ts'

/** How many of the questions must find their package first. */
const LEAST_RIGHT = 0.8

/** Asks what the READMEs answer. */
export async function ask(ada: Client, library: Library): Promise<void> {
  step('Questions in natural words, through POST /v1/search')
  const packageOf = new Map([...library].map(([name, id]) => [id, name]))
  let right = 0
  for (const { question, answeredBy } of QUESTIONS) {
    const answer = await expectStatus(
      ada.v1.search.$post({ json: { query: question, sources: ['message'], limit: 3 } }),
      200,
    )
    const { data, recall } = await answer.json()
    const [best] = data
    expect(best !== undefined && recall === 'exact', 'a hit, from an exact search')
    const found = packageOf.get('conversationId' in best ? best.conversationId : '') ?? 'another conversation'
    if (found === answeredBy) right += 1
    say(question)
    const verdict = found === answeredBy ? '' : `  (hoped for ${answeredBy})`
    say(`  → ${found.padEnd(28)} ${best.scoring.similarity?.toFixed(2) ?? '–'}  ${shorten(best.content, 60)}${verdict}`)
  }
  say(`${right} of ${QUESTIONS.length} right`)
  expect(right >= LEAST_RIGHT * QUESTIONS.length, `at least ${LEAST_RIGHT * 100} % of the answers right`)
}

/** An embedding from elsewhere, stored by hand and found by another. */
export async function storeVector(ada: Client): Promise<number[]> {
  step('An embedding of one’s own: POST /v1/vectors, POST /v1/vectors/search')
  const note = 'The spare key of the bicycle shed hangs behind the blue door.'
  const [stored, asked] = await embed([note, 'Where is the spare key of the shed?'])
  expect(stored !== undefined && asked !== undefined, 'two embeddings')
  const vector = { embedding: stored, content: note, model: createLexicalEmbedder().model }
  const { id } = await (await expectStatus(ada.v1.vectors.$post({ json: vector }), 201)).json()
  const found = await expectStatus(ada.v1.vectors.search.$post({ json: { embedding: asked, limit: 1 } }), 200)
  const [hit] = (await found.json()).data
  expect(hit?.id === id, 'the stored vector is the nearest')
  say(`stored ${stored.length} dimensions, found with cosine ${hit.score.toFixed(2)}: ${hit.content}`)
  const short = ada.v1.vectors.$post({ json: { ...vector, embedding: stored.slice(1) } })
  const { errors } = await expectProblem(short, 400)
  say(`one dimension less: 400, ${errors?.map(({ path, message }) => `${path} ${message}`).join()}`)
  return asked
}

async function embed(texts: string[]): Promise<number[][]> {
  const [vectors, error] = await createLexicalEmbedder().embed(texts)
  expect(error === null, 'embeddings')
  return vectors.map((vector) => [...vector])
}

/** What is deleted is found no more. */
export async function forget(ada: Client, library: Library): Promise<void> {
  step('Deletion')
  const id = library.get('jose') ?? ''
  const query = 'How do I verify the signature of a JWT with a remote key set?'
  const found = async () => {
    const { data } = await (await expectStatus(ada.v1.search.$post({ json: { query, limit: 50 } }), 200)).json()
    return data.filter((hit) => 'conversationId' in hit && hit.conversationId === id).length
  }
  const before = await found()
  expect(before > 0, 'hits before')
  await expectStatus(ada.v1.conversations[':conversationId'].$delete({ param: { conversationId: id } }), 204)
  await expectProblem(ada.v1.conversations[':conversationId'].$get({ param: { conversationId: id } }), 404)
  const after = await found()
  expect(after === 0, 'no hit after')
  say(`DELETE the conversation on jose: 204, then 404; its hits: ${before} before, ${after} after`)
}
