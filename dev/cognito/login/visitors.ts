import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { SignedIn } from '../directory.ts'

/** As long as Cognito's managed login remembers somebody. */
const SIGNED_IN_MS = 60 * 60_000

/** What is known of a browser. */
export interface VisitorState {
  who?: SignedIn
  /** Has shown the password of an account that is not confirmed yet. */
  pending?: { clientId: string; email: string }
}

export interface Visitors {
  read: (c: Context) => VisitorState
  /** Under a new id, against session fixation. */
  replace: (c: Context, state: VisitorState) => void
  /** For the forms of this browser, which gets an id where it has none. */
  csrfToken: (c: Context) => string
  /** Whether a form of ours was sent from a page of ours. */
  isOwnForm: (c: Context, form: URLSearchParams) => boolean
}

/**
 * Browsers by their cookie. It is not `Secure`, since this is plain HTTP on loopback, and `Lax`, as apps on another host name
 * send their users here.
 *
 * @param portOf tells two stacks apart: cookies do not know ports
 */
export function createVisitors(portOf: () => number): Visitors {
  const key = randomBytes(32)
  const states = new Map<string, VisitorState & { endsAt: number }>()
  const name = () => `cognito-${portOf()}`
  const tokenOf = (id: string) => createHmac('sha256', key).update(id).digest('base64url')
  const set = (c: Context, id: string) => {
    setCookie(c, name(), id, { path: '/', httpOnly: true, sameSite: 'Lax' })
    return id
  }
  return {
    read(c) {
      const state = states.get(getCookie(c, name()) ?? '')
      return state !== undefined && Date.now() < state.endsAt ? state : {}
    },
    replace(c, state) {
      states.delete(getCookie(c, name()) ?? '')
      for (const [id, { endsAt }] of states) if (endsAt <= Date.now()) states.delete(id)
      states.set(set(c, newId()), { ...state, endsAt: Date.now() + SIGNED_IN_MS })
    },
    csrfToken: (c) => tokenOf(getCookie(c, name()) ?? set(c, newId())),
    isOwnForm(c, form) {
      const id = getCookie(c, name())
      const isOwnPage = c.req.header('Origin') === new URL(c.req.url).origin
      return isOwnPage && id !== undefined && equal(form.get('_csrf') ?? '', tokenOf(id))
    },
  }
}

const newId = () => randomBytes(32).toString('base64url')

const equal = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
