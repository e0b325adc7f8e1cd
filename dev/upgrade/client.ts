export interface ApiRequest {
  method: string
  /** With its query. */
  path: string
  headers?: Record<string, string>
  body?: string | undefined
}

export interface Answer {
  status: number
  text: string
  headers: Headers
}

/** Sends a request to the Worker at `url` and reads the whole answer; a broken one counts as a 502. */
export async function send(url: string, { method, path, headers = {}, body }: ApiRequest): Promise<Answer> {
  const response = await fetch(url + path, { method, headers, body: body ?? null, redirect: 'manual' })
  // A stream that breaks off cannot be read to its end.
  const text = await response.text().catch(() => null)
  return {
    status: text === null ? 502 : response.status,
    text: text ?? 'the answer broke off',
    headers: response.headers,
  }
}

export const isSuccess = ({ status }: Answer): boolean => status >= 200 && status < 300

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

/** Sends and reads JSON as a user. Rejects unless the answer is a success. */
export async function call<T>(
  url: string,
  token: string,
  method: string,
  path: string,
  body?: object,
  more: Record<string, string> = {},
): Promise<T> {
  const headers = { ...bearer(token), ...(body && { 'Content-Type': 'application/json' }), ...more }
  const answer = await send(url, { method, path, headers, body: body && JSON.stringify(body) })
  if (!isSuccess(answer)) throw new Error(`${method} ${path} answered ${answer.status} ${answer.text.slice(0, 500)}`)
  return (answer.text === '' ? undefined : JSON.parse(answer.text)) as T
}
