import * as z from 'zod'
import { type Answer, type ApiRequest, isSuccess, send } from './client.ts'

/** Collects the faults that the check finds. */
export interface Findings {
  /** Sends a request. Any answer but a success is a fault; with `allowed: 'refusals'` only a 5xx is. */
  expect(title: string, url: string, request: ApiRequest, allowed?: 'refusals'): Promise<Answer>
  fault(text: string): void
  /** Takes a line of the Worker's log. An error explains the answer with the same request id, or is a fault of its own. */
  log: (line: string) => void
  /** The number of answers. */
  answers(): number
  /** The number of answers with a 5xx. */
  failures(): number
  /** One line for each operation and cause. */
  faults(): string[]
}

const logLine = z.looseObject({
  level: z.string(),
  event: z.string(),
  requestId: z.string().optional(),
  code: z.string().optional(),
  error: z.string().optional(),
  cause: z.unknown().optional(),
})

type LogLine = z.output<typeof logLine>

export function createFindings(): Findings {
  const found: Fault[] = []
  const logged: LogLine[] = []
  let answers = 0
  let failures = 0
  return {
    async expect(title, url, request, allowed) {
      const answer = await send(url, request)
      answers++
      if (answer.status >= 500) failures++
      if (!isSuccess(answer) && (!allowed || answer.status >= 500)) {
        const text = `${title}: ${request.method} ${request.path} answered ${answer.status} ${codeOf(answer)}`
        found.push({ operation: title.split(',')[0] ?? title, text, requestId: answer.headers.get('X-Request-Id') })
      }
      return answer
    },
    fault: (text) => void found.push({ operation: text, text, requestId: null }),
    log(line) {
      const parsed = logLine.safeParse(parseJson(line))
      if (parsed.data?.level === 'error') logged.push(parsed.data)
    },
    answers: () => answers,
    failures: () => failures,
    faults() {
      const explained = new Set(found.map(({ requestId }) => requestId))
      const unexplained = logged
        .filter(({ requestId }) => !explained.has(requestId ?? ''))
        .map((line) => ({ operation: line.event, text: `the Worker logged ${line.event}`, cause: causeOf(line) }))
      const answered = found.map((fault) => ({
        ...fault,
        cause: causeOf(logged.find(({ requestId }) => requestId === fault.requestId)),
      }))
      const groups = Map.groupBy([...answered, ...unexplained], ({ operation, cause }) => operation + cause)
      return [...groups.values()].map(([first, ...more]) =>
        [first?.text, first?.cause, more.length > 0 && `and ${more.length} more like it`].filter(Boolean).join(' '),
      )
    },
  }
}

interface Fault {
  operation: string
  text: string
  requestId: string | null
}

const codeOf = ({ text }: Answer): string => {
  const { code } = (parseJson(text) ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : text.slice(0, 200)
}

/** Requests log their cause as one field, background work as several. */
function causeOf(line: LogLine | undefined): string {
  if (!line) return ''
  const { level: _level, event: _event, requestId: _requestId, user: _user, ...fields } = line
  return JSON.stringify(line.cause ?? fields)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
