import { ParleyProblem } from '@parley/client'
import { forget } from './sign-in.ts'

const UNREACHABLE = 'The API cannot be reached. Check that it runs, and your connection.'

function wordsOf(error: unknown): { title: string; detail: string; fields: { path: string; message: string }[] } {
  if (error instanceof ParleyProblem) {
    const { title, detail, errors } = error
    return { title, detail, fields: errors.map(({ path, message }) => ({ path, message })) }
  }
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return { title: 'No answer in time', detail: 'Try again in a moment.', fields: [] }
  }
  // What `fetch` rejects with says nothing that helps.
  if (error instanceof TypeError) return { title: 'No connection', detail: UNREACHABLE, fields: [] }
  return { title: 'Something went wrong', detail: error instanceof Error ? error.message : String(error), fields: [] }
}

/** Every way in which a call can fail, in words, with what can be done about it. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: (() => unknown) | undefined }) {
  if (error === undefined || error === null) return null
  const { title, detail, fields } = wordsOf(error)
  const isOver =
    error instanceof ParleyProblem && (error.code === 'session_revoked' || error.code === 'unauthenticated')
  return (
    <div className="problem" role="alert">
      <strong>{title}</strong>
      <p>{detail}</p>
      {fields.length > 0 && (
        <ul>
          {fields.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              <code>{path}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {error instanceof ParleyProblem && error.requestId !== undefined && (
        <p className="muted small">
          Request <code>{error.requestId}</code>
        </p>
      )}
      {isOver ? (
        <button type="button" onClick={() => void forget()}>
          Sign in again
        </button>
      ) : (
        onRetry && (
          <button type="button" onClick={() => void onRetry()}>
            Try again
          </button>
        )
      )}
    </div>
  )
}
