import type { Document, DocumentItem } from '@parley/client'
import { createContext, type ReactNode, use, useCallback, useMemo, useRef, useState } from 'react'
import { parley } from './parley.ts'
import { readDocument } from './read-document.ts'
import { useLoaded } from './use-loaded.ts'

/** A file on its way to being found by meaning. */
export interface Upload {
  name: string
  state: 'sending' | 'embedding' | 'ready' | 'failed'
  document?: Document
  error?: unknown
}

interface Documents {
  items: DocumentItem[] | undefined
  error: unknown
  hasMore: boolean
  more: () => void
  reload: () => void
  uploads: readonly Upload[]
  add: (files: readonly File[]) => Promise<void>
  dismiss: (name: string) => void
  remove: (id: string) => Promise<void>
  restore: (id: string) => Promise<void>
}

const Context = createContext<Documents | null>(null)
const PAGE = 50
const PATIENCE_MS = 120_000

export function DocumentsProvider({ children }: { children: ReactNode }) {
  const [limit, setLimit] = useState(PAGE)
  const [uploads, setUploads] = useState<readonly Upload[]>([])
  const { value, error, reload } = useLoaded('documents', async (signal) => {
    const items: DocumentItem[] = []
    for await (const { data, nextCursor } of parley.documents.list({ limit: PAGE }, { signal }).pages()) {
      items.push(...data)
      if (items.length >= limit) return { items, hasMore: nextCursor !== null }
    }
    return { items, hasMore: false }
  })

  const removals = useRef(new Map<string, AbortController>())
  /** @returns undefined where it was removed before it was embedded */
  const waitFor = useCallback(async (id: string): Promise<Document | undefined> => {
    const removal = new AbortController()
    removals.current.set(id, removal)
    const signal = AbortSignal.any([removal.signal, AbortSignal.timeout(PATIENCE_MS)])
    try {
      return await parley.documents.waitUntilEmbedded(id, { signal })
    } catch (error) {
      if (removal.signal.aborted) return undefined
      throw error
    }
  }, [])

  const addOne = useCallback(
    async (file: File) => {
      const { name } = file
      const show = (upload: Omit<Upload, 'name'>) =>
        setUploads((uploads) => [...uploads.filter((other) => other.name !== name), { name, ...upload }])
      try {
        show({ state: 'sending' })
        const sent = await parley.documents.upsert(await readDocument(file))
        show({ state: 'embedding', document: sent })
        reload()
        const document = await waitFor(sent.id)
        if (!document) return
        show({ state: document.status === 'ready' ? 'ready' : 'failed', document })
        reload()
      } catch (error) {
        show({ state: 'failed', error })
      }
    },
    [reload, waitFor],
  )
  const documents = useMemo(
    () => ({
      items: value?.items,
      error,
      hasMore: value?.hasMore ?? false,
      more: () => {
        setLimit((limit) => limit + PAGE)
        reload()
      },
      reload,
      uploads,
      add: async (files: readonly File[]) => {
        // One after the other: a folder of files shall not run into limits.
        for (const file of files) await addOne(file)
      },
      dismiss: (name: string) => setUploads((uploads) => uploads.filter((upload) => upload.name !== name)),
      remove: async (id: string) => {
        removals.current.get(id)?.abort()
        setUploads((uploads) => uploads.filter(({ document }) => document?.id !== id))
        await parley.documents.delete(id)
        reload()
      },
      restore: async (id: string) => {
        await parley.documents.restore(id)
        reload()
      },
    }),
    [value, error, reload, uploads, addOne],
  )
  return <Context value={documents}>{children}</Context>
}

export function useDocuments(): Documents {
  const documents = use(Context)
  if (!documents) throw new Error('DocumentsProvider is missing.')
  return documents
}
