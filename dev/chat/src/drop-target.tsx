import { type DragEvent, type ReactNode, useState } from 'react'
import { Icon } from './icons.tsx'
import { useDocuments } from './use-documents.tsx'

const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer.types.includes('Files')

/** The main part of the page: a file that is dropped anywhere on it becomes a document. */
export function DropTarget({ children }: { children: ReactNode }) {
  const { add } = useDocuments()
  const [depth, setDepth] = useState(0)
  const enter = (event: DragEvent) => hasFiles(event) && setDepth((depth) => depth + 1)
  const leave = (event: DragEvent) => hasFiles(event) && setDepth((depth) => Math.max(0, depth - 1))
  const drop = (event: DragEvent) => {
    // Someone inside has taken it: the import does.
    const isTaken = event.defaultPrevented
    event.preventDefault()
    setDepth(0)
    if (!isTaken) void add([...event.dataTransfer.files])
  }
  return (
    // What the keyboard does instead is `FileButton`.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <main onDragEnter={enter} onDragLeave={leave} onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      {children}
      {depth > 0 && (
        <div className="drop-here" aria-hidden="true">
          <p>
            <Icon name="file" /> Drop to add to your documents
          </p>
        </div>
      )}
    </main>
  )
}
