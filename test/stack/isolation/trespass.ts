import { isDeepStrictEqual } from 'node:util'
import { type Answer, foreignMarkers, type House, type Person, UNEMBEDDABLE } from './house.ts'
import { digestRows } from './tables.ts'
import { callRoute, embedding, type Ids, onlyReads, type Route } from './routes.ts'

/** What a stranger got out of a route that is none of their business. */
export interface Breach {
  /** Rows of others in the answers. */
  seen: number
  /** Tables in which rows of others changed, came or went. */
  changed: string[]
  /** What tells that others exist: an answer that would be another one without them. */
  told: string[]
}

/** Registers a person who has one of everything. */
export async function settle(house: House): Promise<{ person: Person; ids: Ids }> {
  const person = house.newPerson()
  const { marker } = person
  await made(person.call('POST', '/v1/session'))
  const { session } = await made<{ session: { id: string } }>(person.elsewhere().call('POST', '/v1/session'))
  const { id } = await made<{ id: string }>(person.call('POST', '/v1/conversations', { json: { title: marker } }))
  const messages = [`${marker} said something`, `${marker} ${UNEMBEDDABLE}`].map((content) => ({
    role: 'user',
    content,
  }))
  const path = `/v1/conversations/${id}/messages`
  const { data } = await made<{ data: { id: string }[] }>(person.call('POST', path, { json: { messages } }))
  await made(person.call('POST', '/v1/vectors', { json: { embedding, content: marker } }))
  const documents = await settleDocuments(person)
  const jobs = await giveUpJob(house, person)
  return { person, ids: { conversations: id, messages: data[0]?.id ?? '', sessions: session.id, jobs, documents } }
}

/** One that is embedded, one that waits, and one with an embedding of its own. */
async function settleDocuments(person: Person): Promise<string> {
  const { marker: title } = person
  const path = '/v1/documents'
  const json = { title, content: `${title} wrote this`, externalId: 'same', metadata: { of: title } }
  const { id } = await made<{ id: string }>(person.call('POST', path, { json }))
  await made(person.call('POST', path, { json: { title, content: `${title} ${UNEMBEDDABLE}` } }))
  await made(person.call('POST', path, { json: { title, content: title, embedding } }))
  return id
}

/** What nobody could embed is given up after hours: at once here. */
async function giveUpJob({ place }: House, { userId }: Person): Promise<string> {
  const { rows } = await place.asSuperuser((client) =>
    client.query<{ id: string }>(`update embedding_jobs set failed_at = now() where user_id = $1 returning id`, [
      userId,
    ]),
  )
  return rows[0]?.id ?? ''
}

const nowhere = (): Ids => ({
  conversations: crypto.randomUUID(),
  messages: crypto.randomUUID(),
  sessions: crypto.randomUUID(),
  jobs: crypto.randomUUID(),
  documents: crypto.randomUUID(),
})

/**
 * Runs a route as a stranger: about things of somebody else, of nobody, and about own ones that have the very same ids
 * as somebody else's.
 */
export async function trespass(house: House, route: Route): Promise<Breach> {
  const { person: stranger } = await settle(house)
  const alone = route.names || !onlyReads(route) ? null : await callRoute(stranger, route, nowhere())
  const { ids } = await settle(house)
  const before = await digestRows(house.place, house.tables, 'foreign', stranger.userId)
  const answers: Answer[] = []
  const told: string[] = []
  const call = async (ids: Ids) => {
    const answer = await callRoute(stranger, route, ids)
    answers.push(answer)
    return answer
  }

  if (route.names) {
    const [foreign, missing] = [await call(ids), await call(nowhere())]
    if (missing.status !== 404) told.push(`missing is ${missing.status}`)
    if (bytesOf(foreign) !== bytesOf(missing)) told.push(`foreign is not missing: ${foreign.status} ${foreign.text}`)
    told.push(...(await ownTwins(house, stranger, ids)))
  }
  const own = await call(ids)
  if (own.status < 200 || own.status > 299) told.push(`own is ${own.status}`)
  if (alone && bytesOf(own) !== bytesOf(alone)) told.push('another answer once there were others')

  const after = await digestRows(house.place, house.tables, 'foreign', stranger.userId)
  return {
    seen: answers.flatMap((answer) => foreignMarkers(answer, stranger)).length,
    changed: Object.keys(before).filter((table) => !isDeepStrictEqual(before[table], after[table])),
    told,
  }
}

/** Gives the stranger things of the same ids: their own, and nothing may mix them up. */
async function ownTwins(house: House, stranger: Person, ids: Ids): Promise<string[]> {
  const { marker, userId } = stranger
  const path = '/v1/conversations'
  const opened = await stranger.call('POST', path, { json: { id: ids.conversations, title: marker } })
  const said = await stranger.call('POST', `${path}/${ids.conversations}/messages`, {
    json: { id: ids.messages, role: 'user', content: marker },
  })
  const stored = await stranger.call('POST', '/v1/documents', {
    json: { id: ids.documents, title: marker, content: marker },
  })
  // Nobody chooses the id of a session or a job, and two users never have the same one: made by hand all the same.
  await house.place.asSuperuser(async (client) => {
    await client.query(
      `insert into sessions (user_id, id, sign_in_id, user_agent, expires_at) values ($1, $2, $3, $4, now())`,
      [userId, ids.sessions, crypto.randomUUID(), marker],
    )
    await client.query(
      `insert into embedding_jobs (user_id, id, conversation_id, message_id) select m.user_id, $2, m.conversation_id, m.id
       from messages m where m.user_id = $1 and not exists (
         select from embedding_jobs where user_id = $1 and conversation_id = m.conversation_id and message_id = m.id) limit 1`,
      [userId, ids.jobs],
    )
  })
  return [opened, said, stored].flatMap(({ status, text }) =>
    status === 201 ? [] : [`a taken id shows: ${status} ${text}`],
  )
}

/** All of an answer but its times. Both requests had the same id. */
const bytesOf = ({ status, headers, text }: Answer): string =>
  JSON.stringify([status, { ...headers, 'server-timing': '' }, text.replace(/"exportedAt":"[^"]+"/, '')])

async function made<T>(answer: Promise<Answer>): Promise<T> {
  const { status, text } = await answer
  if (status !== 201 && status !== 200) throw new Error(`Could not be set up: ${status} ${text}`)
  return JSON.parse(text) as T
}
