import { UNEMBEDDABLE } from '../house.ts'
import { etagOf, expectSame, expectStatus, ifMatch, withMatch, writeStatus } from './judge.ts'
import { cursorFor, keepCursor } from './lists.ts'
import {
  liveDocument,
  liveDocuments,
  type ModelDocument,
  type Move,
  newIdFor,
  type Player,
  someDocument,
  spelled,
  type Turn,
} from './model.ts'

type Row = Record<string, unknown>

const path = '/v1/documents'
const WORDS = ['garden', 'invoice', 'holiday', 'kernel', 'recipe', 'violin', 'budget', 'harbour']

/** Short enough to be one chunk. */
const textOf = ({ me, dice }: Turn) =>
  `${me.marker} ${dice.pick(WORDS)} ${dice.pick(WORDS)} ${dice.chance(15) ? UNEMBEDDABLE : dice.int(1000)}`
const titleOf = ({ me, dice }: Turn) => `${me.marker} ${dice.int(5)}`

/** What becomes of the one chunk's vector, once its text was queued. */
const queue = (document: ModelDocument) => {
  document.pending = document.content.includes(UNEMBEDDABLE)
  document.embedded = !document.pending
}

/** Takes a new title and content over: either has the chunk embedded anew. */
function rewrite(document: ModelDocument, fields: { title?: string | undefined; content?: string | undefined }): void {
  const { title = document.title, content = document.content } = fields
  const differs = title !== document.title || content !== document.content
  Object.assign(document, { title, content })
  if (differs || !document.embedded) queue(document)
}

function expectDocument(me: Player, found: Row, whole = true): ModelDocument {
  const mine = liveDocument(me, String(found['id']))
  if (!mine) throw new Error(`a document that isn't there: ${String(found['id'])}`)
  expectSame(
    'document',
    [found['title'], found['externalId'], found['content'], found['chunkCount'], found['metadata']],
    [mine.title, mine.externalId, whole ? mine.content : undefined, 1, { of: me.marker }],
  )
  return mine
}

export function putDocument(turn: Turn): Move {
  const { me, other, dice, person } = turn
  const externalId = dice.chance(50) ? `name ${dice.int(4)}` : null
  const here = externalId === null ? undefined : [...me.documents.values()].find((d) => d.externalId === externalId)
  const chosen = here && dice.chance(20) ? here.id : undefined
  const id = chosen ?? newIdFor(turn, me.documents.keys(), other.documents.keys())
  const [title, content] = [titleOf(turn), here && dice.chance(30) ? here.content : textOf(turn)]
  const taken = here ? id !== undefined && id !== here.id : id !== undefined && me.documents.has(id)
  return {
    person,
    method: 'POST',
    path,
    json: { ...(id && { id }), ...(externalId && { externalId }), title, content, metadata: { of: me.marker } },
    settle(answer) {
      const body = expectStatus(answer, taken ? 409 : here ? 200 : 201)
      if (taken) return
      if (here) {
        if (here.deleted || here.title !== title || here.content !== content) here.version += 1
        here.deleted = false
        rewrite(here, { title, content })
      } else {
        const [madeId, createdAt] = [String(body['id']), String(body['createdAt'])]
        const made = { id: madeId, externalId, title, content, version: 1, createdAt, deleted: false }
        if (id) expectSame('id', made.id, id)
        const document = { ...made, embedded: false, pending: false }
        queue(document)
        me.documents.set(made.id, document)
      }
      expectDocument(me, body)
    },
  }
}

export function listDocuments(turn: Turn): Move {
  const { me, dice, person } = turn
  const limit = 1 + dice.int(dice.chance(80) ? 5 : 100)
  const { cursor, valid, query } = cursorFor(turn, 'documents')
  return {
    person,
    method: 'GET',
    path: `${path}?limit=${limit}${query}`,
    settle(answer) {
      const body = expectStatus(answer, valid ? 200 : 400)
      if (!valid) return
      const data = body['data'] as Row[]
      for (const each of data) expectDocument(me, each, false)
      const all = liveDocuments(me).length
      if (!cursor)
        expectSame('first page', [data.length, body['nextCursor'] !== null], [Math.min(limit, all), all > limit])
      keepCursor(me, { text: body['nextCursor'] as string | null, list: 'documents' })
    },
  }
}

/** By itself or by its chunks. */
export function getDocument(turn: Turn): Move {
  const { me, dice, person } = turn
  const id = someDocument(turn)
  const mine = liveDocument(me, id)
  const chunks = dice.chance(40)
  return {
    person,
    method: 'GET',
    path: `${path}/${spelled(turn, id)}${chunks ? '/chunks' : ''}`,
    settle(answer) {
      const body = expectStatus(answer, mine ? 200 : 404)
      if (!mine) return
      const status = mine.pending ? 'pending' : 'ready'
      if (chunks) {
        const data = body['data'] as Row[]
        const seen = data.map((chunk) => [chunk['content'], chunk['status']])
        return expectSame('chunks', seen, [[mine.content, status]])
      }
      expectSame('etag', answer.headers['etag']?.startsWith(etagOf(mine).slice(0, -1)), true)
      expectSame('status', body['status'], status)
      expectDocument(me, body)
    },
  }
}

export function patchDocument(turn: Turn): Move {
  const { me, dice, person } = turn
  const id = someDocument(turn)
  const mine = liveDocument(me, id)
  const match = ifMatch(turn, mine)
  const title = dice.chance(50) ? titleOf(turn) : undefined
  const content = title === undefined || dice.chance(30) ? textOf(turn) : undefined
  return {
    person,
    method: 'PATCH',
    path: `${path}/${spelled(turn, id)}`,
    json: { ...(title && { title }), ...(content && { content }) },
    headers: withMatch(match),
    settle(answer) {
      const status = writeStatus(mine !== undefined, match.holds, 200)
      const body = expectStatus(answer, status)
      if (status !== 200 || !mine) return
      mine.version += 1
      rewrite(mine, { title, content })
      expectDocument(me, body)
    },
  }
}

export function deleteDocument(turn: Turn): Move {
  const { me, person } = turn
  const id = someDocument(turn)
  const mine = liveDocument(me, id)
  const match = ifMatch(turn, mine)
  return {
    person,
    method: 'DELETE',
    path: `${path}/${spelled(turn, id)}`,
    headers: withMatch(match),
    settle(answer) {
      const status = writeStatus(mine !== undefined, match.holds, 204)
      expectStatus(answer, status)
      if (status !== 204 || !mine) return
      mine.version += 1
      Object.assign(mine, { deleted: true, pending: false })
    },
  }
}

export function restoreDocument(turn: Turn): Move {
  const { me, dice, person } = turn
  const gone = [...me.documents.values()].filter(({ deleted }) => deleted)
  const id = (dice.chance(60) ? dice.pick(gone)?.id : undefined) ?? someDocument(turn)
  const mine = me.documents.get(id)
  return {
    person,
    method: 'POST',
    path: `${path}/${spelled(turn, id)}/restore`,
    settle(answer) {
      const body = expectStatus(answer, mine ? 200 : 404)
      if (!mine) return
      if (mine.deleted) {
        mine.version += 1
        mine.deleted = false
        if (!mine.embedded) queue(mine)
      }
      expectDocument(me, body)
    },
  }
}
