import type { ImportReport } from '@parley/client'
import { chatHref } from './addresses.ts'
import { type DragEvent, useState } from 'react'
import { FileButton } from './file-button.tsx'
import { formatNumber } from './format.ts'
import { Icon } from './icons.tsx'
import { Page } from './page.tsx'
import { parley } from './parley.ts'
import { Problem } from './problem.tsx'
import { Link } from './router.tsx'
import { useConversations } from './use-conversations.tsx'
import { useDocuments } from './use-documents.tsx'

const FORMATS: Record<ImportReport['format'], string> = {
  export: 'an export of Parley',
  chatgpt: 'conversations of ChatGPT',
  uiMessages: 'a list of messages',
}

export function ImportPage() {
  const { reload: reloadConversations } = useConversations()
  const { reload: reloadDocuments } = useDocuments()
  const [state, setState] = useState<{ name?: string; report?: ImportReport; error?: unknown }>({})

  const take = async ([file]: File[]) => {
    if (!file) return
    const { name } = file
    setState({ name })
    try {
      setState({ name, report: await parley.import(file) })
      reloadConversations()
      reloadDocuments()
    } catch (error) {
      setState({ error })
    }
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    void take([...event.dataTransfer.files])
  }
  const isRunning = state.name !== undefined && !state.report
  return (
    <Page
      title="Import and export"
      intro="Takes in an export of Parley, ChatGPT’s conversations.json, or a list of AI SDK messages. The same file again takes only what is missing."
    >
      <div onDrop={drop}>
        <FileButton className="drop-zone" accept=".json,.ndjson,.jsonl" onFiles={take}>
          <Icon name="import" />
          <span>
            <strong>Choose a file</strong> or drop it here
          </span>
          <span className="muted small">.json or .ndjson</span>
        </FileButton>
      </div>
      {isRunning && (
        <p className="muted" role="status">
          Importing {state.name} …
        </p>
      )}
      <Problem error={state.error} />
      {state.report && <Report name={state.name ?? ''} report={state.report} />}
      <Export />
    </Page>
  )
}

function Report({ name, report }: { name: string; report: ImportReport }) {
  const { format, complete, taken, skipped, refused, errors, into } = report
  const types = [...new Set([taken, skipped, refused].flatMap(Object.keys))]
  return (
    <section className="card report" aria-label="Report of the import">
      <h2>{name}</h2>
      <p className="muted">
        Format: {FORMATS[format]}. {into !== undefined && <Link href={chatHref(into)}>Open the conversation</Link>}
      </p>
      {!complete && <p className="error-text">The file ends early: the rest is missing.</p>}
      <table>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">New</th>
            <th scope="col">Already here</th>
            <th scope="col">Refused</th>
          </tr>
        </thead>
        <tbody>
          {types.map((type) => (
            <tr key={type}>
              <th scope="row">{type}</th>
              {[taken, skipped, refused].map((counts, column) => (
                // The columns are always the same.
                // oxlint-disable-next-line react/no-array-index-key
                <td key={column}>{formatNumber(counts[type] ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {errors.length > 0 && (
        <ul className="small error-text" aria-label="What was refused">
          {errors.map(({ line, path, message }) => (
            <li key={`${line} ${path} ${message}`}>
              {line}
              {path !== undefined && <code> {path}</code>}: {message}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Export() {
  const [isRunning, setIsRunning] = useState(false)
  const [error, setError] = useState<unknown>()
  const download = async () => {
    setIsRunning(true)
    setError(undefined)
    try {
      const blob = await new Response(await parley.exportStream()).blob()
      const url = URL.createObjectURL(blob)
      Object.assign(document.createElement('a'), { href: url, download: 'parley-export.ndjson' }).click()
      URL.revokeObjectURL(url)
    } catch (error) {
      setError(error)
    }
    setIsRunning(false)
  }
  return (
    <section aria-label="Export">
      <h2>Export</h2>
      <p className="muted">Your conversations, messages, documents and vectors in one file.</p>
      <button type="button" onClick={() => void download()} disabled={isRunning}>
        {isRunning ? 'Reading …' : 'Download an export'}
      </button>
      <Problem error={error} />
    </section>
  )
}
