import { startNeonEndpoint } from '../../../dev/neon/server.ts'
import { connectionString } from '../../../dev/stack.ts'
import { createApp } from '../../../src/app.ts'
import { PROFILE_SCOPE } from '../../../src/auth/access.ts'
import type { Deps } from '../../../src/deps.ts'
import { embeddingUnavailable } from '../../../src/embeddings/embedder.ts'
import { createLexicalEmbedder } from '../../../src/embeddings/lexical.ts'
import { HOST_COOKIES } from '../../../src/http/cookies.ts'
import { fail, ok } from '../../../src/result.ts'
import type { Place } from '../plans/places.ts'
import { enableBase64 } from './base64.ts'
import { startMiddleman } from './middleman.ts'
import { withoutOwnerChecks } from './functions.ts'
import { type Stripped, stripOwner } from './owner-filter.ts'
import { findOwnedTables, type OwnedTables, switchOffRowSecurity } from './tables.ts'

enableBase64()

/** A text with this word never gets its vector: it stays pending. */
export const UNEMBEDDABLE = 'unembeddable'

export interface Answer {
  status: number
  headers: Record<string, string>
  text: string
}

export interface Call {
  json?: unknown
  headers?: Record<string, string>
}

/** Somebody with a token. Whatever they write holds their marker, and nobody else's answer may. */
export interface Person {
  userId: string
  signInId: string
  marker: string
  call(method: string, path: string, call?: Call): Promise<Answer>
  /** The same person by another sign-in. */
  elsewhere(): Person
}

/** The whole API over a database, with identities that need no Cognito. */
export interface House {
  place: Place
  newPerson(): Person
  /** What became of the statements of requests, where owner filters are stripped. */
  stripped: Stripped[]
  tables: OwnedTables
  /** Leaves the database open, and as protected as it was. */
  close(): Promise<void>
}

export interface Protection {
  /**
   * Whether requests keep the application's owner filters. Background work as `parley_system` always does: its policies
   * let it see everybody's jobs.
   */
  filters: boolean
  /** Whether row-level security stays as the migrations have left it, or is off. */
  rowSecurity: boolean
}

/** Opens the API over a database, with one protection taken away, or both, or none. */
export async function openHouse(place: Place, { filters, rowSecurity }: Protection): Promise<House> {
  const tables = await findOwnedTables(place)
  const restore = rowSecurity ? undefined : await switchOffRowSecurity(place, tables)
  const restoreChecks = filters ? undefined : await withoutOwnerChecks(place)
  const endpoint = await startNeonEndpoint({ upstream: place.upstream })
  const stripped: Stripped[] = []
  const middleman = filters ? undefined : await startMiddleman(endpoint.port, (batch) => stripOwner(batch, stripped))
  const url = (role: 'parley_app' | 'parley_system', port: number) => ({
    connectionString: connectionString(role, place, port),
    timeoutMs: 20_000,
  })
  const app = createApp(
    depsOver(url('parley_app', middleman?.port ?? endpoint.port), url('parley_system', endpoint.port)),
  )

  const call = async (token: string, marker: string, method: string, path: string, { json, headers }: Call = {}) => {
    const background: Promise<unknown>[] = []
    const context = {
      waitUntil: (work: Promise<unknown>) => void background.push(work),
      passThroughOnException: () => {},
      props: {},
    }
    const request = new Request(`https://parley.test${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        'User-Agent': marker,
        'X-Request-Id': marker,
        ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: json === undefined ? null : JSON.stringify(json),
    })
    const response = await app.fetch(request, {}, context)
    const text = await response.text()
    await Promise.all(background)
    return { status: response.status, headers: Object.fromEntries(response.headers), text }
  }
  const person = (userId: string, signInId: string): Person => {
    const marker = markerOf(userId)
    return {
      userId,
      signInId,
      marker,
      call: (...request) => call(`${userId}.${signInId}`, marker, ...request),
      elsewhere: () => person(userId, crypto.randomUUID()),
    }
  }

  return {
    place,
    tables,
    stripped,
    newPerson: () => person(crypto.randomUUID(), crypto.randomUUID()),
    async close() {
      await middleman?.close()
      await endpoint.close()
      await restoreChecks?.()
      await restore?.()
    },
  }
}

function depsOver(database: Deps['database'], systemDatabase: Deps['database']): Deps {
  const lexical = createLexicalEmbedder()
  return {
    database,
    systemDatabase,
    // A token is `<user>.<sign-in>`: how identities are proven is tested elsewhere.
    verifyToken: async (token) => {
      const [userId = '', signInId = ''] = token.split('.')
      const expiresAt = Math.floor(Date.now() / 1000) + 3600
      return ok({
        userId,
        signInId,
        clientId: 'isolation',
        scopes: [PROFILE_SCOPE],
        groups: [],
        // Later than any that was ended: only its row counts.
        signedInAt: expiresAt,
        expiresAt,
      })
    },
    lastSeen: { isDue: () => false, note: () => undefined },
    cognito: {
      getUser: async (_token, { userId }) => {
        const marker = markerOf(userId)
        const named = { firstName: marker, lastName: marker, name: marker }
        return ok({ sub: userId, email: `${marker}@example.com`, emailVerified: true, ...named, avatarUrl: null })
      },
      // Cookies are tested elsewhere.
      refresh: async () => fail({ code: 'unauthenticated' }),
      revoke: async () => ok(undefined),
    },
    embedder: {
      ...lexical,
      embed: async (texts) =>
        texts.some((text) => text.includes(UNEMBEDDABLE))
          ? embeddingUnavailable({ reason: 'invalid_response', retryable: true, attempts: 1 })
          : lexical.embed(texts),
    },
    queryEmbedder: lexical,
    limiters: {},
    spentBudgets: { has: () => false, note: () => undefined },
    quotas: { conversations: null, messages: null, documents: null, storedBytes: null, embeddedTokens: null },
    access: {},
    corsOrigins: [],
    corsPatterns: [],
    localIssuer: null,
    cookies: HOST_COOKIES,
    clientIds: ['isolation'],
    refreshCookieDays: 30,
    graceDays: 30,
    retentionDays: 30,
    inProgressMinutes: 15,
    log: () => {},
    slowQueryMs: 60_000,
  }
}

const markerOf = (userId: string) => `secret-of-${userId.replaceAll('-', '')}`

/** Markers in an answer, headers included, that are not this person's: rows of others. */
export function foreignMarkers({ text, headers }: Answer, { marker }: Person): string[] {
  const found = `${text}\n${Object.values(headers).join('\n')}`.match(/secret-of-[\da-f]{32}/g) ?? []
  return found.filter((each) => each !== marker)
}
