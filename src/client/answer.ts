/** What `fetch` answers, with the type of its body. */
export type Answer<T> = Omit<Response, 'json'> & { json(): Promise<T> }

/** What a call through `api` takes beside its arguments. */
export interface CallInit {
  headers?: Record<string, string>
  init?: RequestInit
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call, the pauses between its attempts and the reading of its answer. */
  signal?: AbortSignal | undefined
}

/** What calls take that change something. */
export interface WriteOptions extends CallOptions {
  /**
   * Under which a POST that creates writes once, however often it is sent (24 hours). One is made up for each call; give your own to
   * send the same thing again after a restart.
   */
  idempotencyKey?: string | undefined
  /** The `etagOf` what you read: when it has changed since, the call fails with `precondition_failed`. */
  ifMatch?: string | undefined
}

/** The options as `hc` takes them. */
export function initOf({ signal, idempotencyKey, ifMatch }: WriteOptions = {}): CallInit {
  return {
    headers: {
      ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
      ...(ifMatch !== undefined && { 'If-Match': ifMatch }),
    },
    init: signal ? { signal } : {},
  }
}

const tags = new WeakMap<object, string>()

/** The body of an answer, whose ETag {@link etagOf} knows from then on. Rejects with what the call rejects with. */
export async function bodyOf<T>(answering: Promise<Answer<T>>): Promise<T> {
  const answer = await answering
  if (answer.status === 204) return undefined as T
  const body = await answer.json()
  const tag = answer.headers.get('ETag')
  if (tag !== null && typeof body === 'object' && body !== null) tags.set(body, tag)
  return body
}

/** @returns the ETag that this object came with, for `ifMatch`; undefined for one of a list, or a copy */
export const etagOf = (resource: object): string | undefined => tags.get(resource)
