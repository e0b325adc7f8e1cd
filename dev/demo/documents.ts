import { readFile } from 'node:fs/promises'
import { type Client, expectStatus } from './client.ts'
import { QUESTIONS } from './questions.ts'
import { PACKAGES, type PackageName } from './readmes.ts'
import { expect, say, shorten, step } from './report.ts'

/** Which document is which package's README. */
type Shelf = Map<string, PackageName>

const GIVE_UP_MS = 60_000
/** How many of the questions must find their package first. */
const LEAST_RIGHT = 0.8

/** The READMEs once more, as documents: Parley cuts them into chunks by their headings. */
export async function fillShelf(ada: Client): Promise<Shelf> {
  step('The same READMEs as documents: POST /v1/documents, cut into chunks by Parley')
  const shelf: Shelf = new Map()
  let chunks = 0
  for (const name of PACKAGES) {
    const content = await readFile(new URL(`../../node_modules/${name}/README.md`, import.meta.url), 'utf8')
    const json = { externalId: `readme:${name}`, title: name, content, language: 'english' as const, tags: ['readme'] }
    const { id, chunkCount } = await (await expectStatus(ada.v1.documents.$post({ json }), 201)).json()
    const again = await (await expectStatus(ada.v1.documents.$post({ json }), 200)).json()
    expect(again.id === id, 'the same document for the same externalId')
    shelf.set(id, name)
    chunks += chunkCount
  }
  say(`${shelf.size} documents, ${chunks} chunks; each sent twice, stored and embedded once`)
  await waitUntilReady(ada)
  return shelf
}

async function waitUntilReady(ada: Client): Promise<void> {
  for (const deadline = Date.now() + GIVE_UP_MS; ;) {
    const answer = await expectStatus(ada.v1.documents.$get({ query: { limit: '100' } }), 200)
    const waiting = (await answer.json()).data.filter(({ status }) => status !== 'ready').length
    if (waiting === 0) return say('every document is ready')
    expect(Date.now() < deadline, `all documents ready, ${waiting} are not`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** Questions by meaning and by keyword at once, the best chunk of each document, with its neighbours. */
export async function consult(ada: Client, shelf: Shelf): Promise<void> {
  step('The questions again, over chunks: hybrid, the best of each document')
  let right = 0
  for (const { question, answeredBy } of QUESTIONS) {
    const json = {
      query: question,
      sources: ['document' as const],
      groupBy: ['document' as const],
      limit: 3,
      context: 1,
    }
    const { data, mode } = await (await expectStatus(ada.v1.search.$post({ json }), 200)).json()
    const [best] = data
    expect(best?.source === 'document' && mode === 'hybrid', 'a chunk, from a hybrid search')
    const found = shelf.get(best.documentId) ?? 'another document'
    if (found === answeredBy) right += 1
    const { semanticPosition, keywordPosition } = best.scoring
    say(question)
    say(
      `  → ${[found, ...best.headings].join(' › ')}  (by meaning ${semanticPosition ?? '–'}, by keyword ${keywordPosition ?? '–'})`,
    )
    if (best.highlight) say(`    ${shorten(best.highlight, 110)}`)
  }
  say(`${right} of ${QUESTIONS.length} right`)
  expect(right >= LEAST_RIGHT * QUESTIONS.length, `at least ${LEAST_RIGHT * 100} % of the answers right`)
}
