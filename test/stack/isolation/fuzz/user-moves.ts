import { etagOf, expectSame, expectStatus, ifMatch, withMatch, writeStatus } from './judge.ts'
import { cursorFor, keepCursor } from './lists.ts'
import { type Move, openSessions, type Turn, messageKey } from './model.ts'

type Row = Record<string, unknown>

export function getMe({ me, person }: Turn): Move {
  return {
    person,
    method: 'GET',
    path: '/v1/me',
    settle(answer) {
      const body = expectStatus(answer, 200)
      expectSame('me', [body['id'], body['firstName']], [me.userId, me.firstName])
      expectSame('etag', answer.headers['etag'], etagOf(me))
    },
  }
}

export function patchMe(turn: Turn): Move {
  const { me, dice, person } = turn
  const match = ifMatch(turn, me)
  const firstName = `${me.marker} ${dice.int(100)}`
  return {
    person,
    method: 'PATCH',
    path: '/v1/me',
    json: { firstName },
    headers: withMatch(match),
    settle(answer) {
      const status = writeStatus(true, match.holds, 200)
      const body = expectStatus(answer, status)
      if (status !== 200) return
      me.firstName = firstName
      me.version += 1
      expectSame('me', [body['id'], body['firstName']], [me.userId, me.firstName])
    },
  }
}

/** By a new device, or once more by one that is known. */
export function signIn({ me, dice, person }: Turn): Move {
  const asking = dice.chance(60) ? person.elsewhere() : person
  return {
    person: asking,
    method: 'POST',
    path: '/v1/session',
    settle(answer) {
      const isNew = me.version === 0
      const { user, session } = expectStatus(answer, isNew ? 201 : 200) as { user: Row; session: Row }
      const known = me.sessions.get(asking.signInId)
      me.version += 1
      me.createdAt = String(user['createdAt'])
      if (isNew) me.firstName = me.marker
      expectSame('me', [user['id'], user['firstName']], [me.userId, me.firstName])
      if (known) expectSame('session', session['id'], known.id)
      else me.sessions.set(asking.signInId, { id: String(session['id']), revoked: false, person: asking })
    },
  }
}

export function listSessions(turn: Turn): Move {
  const { me, dice, person } = turn
  const limit = dice.chance(50) ? 100 : 1 + dice.int(3)
  const { cursor, valid, query } = cursorFor(turn, 'sessions')
  return {
    person,
    method: 'GET',
    path: `/v1/sessions?limit=${limit}${query}`,
    settle(answer) {
      const body = expectStatus(answer, valid ? 200 : 400)
      if (!valid) return
      const data = body['data'] as Row[]
      const open = new Map(openSessions(me).map((session) => [session.id, session]))
      for (const { id, userAgent, current } of data) {
        const mine = open.get(String(id))
        if (!mine) throw new Error(`no such session: ${String(id)}`)
        expectSame('session', [userAgent, current], [me.marker, mine.person.signInId === person.signInId])
      }
      if (!cursor) expectSame('sessions', data.length, Math.min(limit, open.size))
      keepCursor(me, { text: body['nextCursor'] as string | null, list: 'sessions' })
    },
  }
}

export function revokeSession({ me, other, dice, person }: Turn): Move {
  const chosen = dice.pick([...(dice.chance(50) ? me : other).sessions.values()])
  const id = dice.chance(90) ? (chosen?.id ?? dice.uuid()) : dice.uuid()
  const mine = openSessions(me).find((session) => session.id === id)
  return {
    person,
    method: 'DELETE',
    path: `/v1/sessions/${id}`,
    settle(answer) {
      expectStatus(answer, mine ? 204 : 404)
      if (mine) mine.revoked = true
    },
  }
}

export function revokeOthers({ me, person }: Turn): Move {
  return {
    person,
    method: 'DELETE',
    path: '/v1/sessions',
    settle(answer) {
      expectStatus(answer, 204)
      for (const session of me.sessions.values()) session.revoked ||= session.person.signInId !== person.signInId
    },
  }
}

export function signOut({ me, person }: Turn): Move {
  return {
    person,
    method: 'DELETE',
    path: '/v1/session',
    settle(answer) {
      expectStatus(answer, 204)
      const session = me.sessions.get(person.signInId)
      if (session) session.revoked = true
    },
  }
}

/** With all sign-ins; the next one brings it back. */
export function deleteAccount(turn: Turn): Move {
  const { me, person } = turn
  const match = ifMatch(turn, me)
  return {
    person,
    method: 'DELETE',
    path: '/v1/me',
    headers: withMatch(match),
    settle(answer) {
      expectStatus(answer, writeStatus(true, match.holds, 200))
      if (!match.holds) return
      me.version += 1
      for (const session of me.sessions.values()) session.revoked = true
    },
  }
}

/** Every request carries its player's marker as its id, so that a foreign event would show. */
export function listAuditEvents(turn: Turn): Move {
  const { me, dice, person } = turn
  const { cursor, valid, query } = cursorFor(turn, 'audit-events')
  return {
    person,
    method: 'GET',
    path: `/v1/audit-events?limit=${1 + dice.int(30)}${query}`,
    settle(answer) {
      const body = expectStatus(answer, valid ? 200 : 400)
      if (!valid) return
      const data = body['data'] as Row[]
      if (data.length === 0 && !cursor) throw new Error('not even the first sign-in')
      for (const { resource, resourceId, conversationId, requestId } of data) {
        const id = String(resourceId)
        const mine =
          resource === 'user'
            ? id === me.userId
            : resource === 'conversation'
              ? me.conversations.has(id)
              : resource === 'document'
                ? me.documents.has(id)
                : resource !== 'message' || me.messages.has(messageKey(String(conversationId), id))
        if (!mine || requestId !== me.marker) throw new Error(`LEAK of an event: ${JSON.stringify(data)}`)
      }
      keepCursor(me, { text: body['nextCursor'] as string | null, list: 'audit-events' })
    },
  }
}

/** Somebody who was signed out comes back. */
export function comeBack({ me, dice, person }: Turn): Move {
  const gone = dice.pick([...me.sessions.values()].filter(({ revoked }) => revoked))
  const path = dice.pick(['/v1/me', '/v1/conversations', '/v1/sessions']) ?? '/v1/me'
  return {
    person: gone?.person ?? person,
    method: 'GET',
    path,
    settle: (answer) => void expectStatus(answer, gone ? 401 : 200),
  }
}

/** Names another user where only the token may. */
export function pretend({ me, other, dice, person }: Turn): Move {
  const name = dice.pick(['userId', 'user_id', 'owner', 'sub']) ?? 'userId'
  const listing = dice.pick(['/v1/conversations', '/v1/sessions']) ?? '/v1/sessions'
  const bodies: Record<string, Row> = {
    '/v1/conversations': { title: me.marker },
    '/v1/search': { query: other.marker },
    '/v1/context': { query: other.marker },
    '/v1/vectors/search': { embedding: Array.from({ length: 1536 }, () => 1) },
  }
  const path = dice.chance(50) ? `${listing}?${name}=${other.userId}` : (dice.pick(Object.keys(bodies)) ?? '')
  const json = bodies[path] && { ...bodies[path], [name]: other.userId }
  return {
    person,
    method: json ? 'POST' : 'GET',
    path,
    json,
    settle: (answer) => void expectStatus(answer, 400),
  }
}
