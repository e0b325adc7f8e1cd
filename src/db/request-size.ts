/** What Neon's proxy takes in one request, in bytes. */
const MAX_REQUEST_BYTES = 10 * 1024 * 1024

/** Thrown where a request to the database would be longer than Neon takes. Nothing was sent. */
export class RequestTooLong extends Error {}

/** A value as a parameter in JSON. Throws {@link RequestTooLong} before copies of what is too long anyway use up memory. */
export function jsonParam(value: unknown): string {
  const text = JSON.stringify(value)
  if (text.length > MAX_REQUEST_BYTES) throw new RequestTooLong()
  return text
}

/** `fetch` for Neon's driver. */
export function fetchWithinSize(url: string, init: RequestInit & { body: string }): Promise<Response> {
  const { body } = init
  // A character has three bytes of UTF-8 at most.
  const isTooLong =
    body.length > MAX_REQUEST_BYTES ||
    (body.length > MAX_REQUEST_BYTES / 3 && new TextEncoder().encode(body).length > MAX_REQUEST_BYTES)
  return isTooLong ? Promise.reject(new RequestTooLong()) : fetch(url, init)
}
