import type { Person } from '../house.ts'
import { expectSame } from './judge.ts'
import { liveConversations, liveMessages, openSessions, type Player } from './model.ts'

type Row = Record<string, unknown>

/**
 * Reads all that the player has, list by list and page by page, and holds it against the model.
 *
 * @returns the differences
 */
export async function inventory(player: Player): Promise<string[]> {
  const person = player.first.elsewhere()
  const differences: string[] = []
  const compare = async (path: string, expected: unknown[], toComparable: (row: Row) => unknown) => {
    try {
      const rows = await readAll(person, path)
      expectSame(path, rows.map(toComparable), expected)
    } catch (error) {
      differences.push(error instanceof Error ? error.message : String(error))
    }
  }
  const conversations = liveConversations(player)
  const found = await readAll(person, '/v1/conversations')
  const seen = found.map(({ id, title, messageCount }) => [id, title, messageCount].join(' '))
  const due = conversations.map((each) => [each.id, each.title ?? each.derived, liveMessages(each).length].join(' '))
  if (seen.sort().join('\n') !== due.sort().join('\n')) differences.push('conversations differ')

  for (const { id, messages } of conversations) {
    const expected = liveMessages({ messages }).map((message) => [message.id, message.seq, message.content])
    await compare(`/v1/conversations/${id}/messages`, expected, (row) => [row['id'], row['seq'], row['content']])
  }
  const sessions = (await readAll(person, '/v1/sessions')).map(({ id }) => String(id))
  const open = openSessions(player).map(({ id }) => id)
  if (sessions.sort().join() !== open.sort().join()) differences.push('sessions differ')
  return differences
}

async function readAll(person: Person, path: string): Promise<Row[]> {
  const rows: Row[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const answer = await person.call('GET', `${path}?limit=100${cursor && `&cursor=${cursor}`}`)
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`)
    const page = JSON.parse(answer.text) as { data: Row[]; nextCursor: string | null }
    rows.push(...page.data)
    cursor = page.nextCursor
  }
  return rows
}
