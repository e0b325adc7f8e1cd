import type { Conversation, ConversationPatch } from '@parley/client'
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react'
import { parley } from './parley.ts'
import { useLoaded } from './use-loaded.ts'

interface Conversations {
  items: Conversation[] | undefined
  error: unknown
  hasMore: boolean
  /** A part of the title, by which the list is filtered. */
  title: string
  filter: (title: string) => void
  more: () => void
  reload: () => void
  update: (id: string, change: ConversationPatch) => Promise<void>
  remove: (id: string) => Promise<void>
  restore: (id: string) => Promise<void>
}

const Context = createContext<Conversations | null>(null)
const PAGE = 30
const TYPING_MS = 200

/** The list that the sidebar shows. What changes conversations goes through here, so that it stays up to date. */
export function ConversationsProvider({ children }: { children: ReactNode }) {
  const [title, setTitle] = useState('')
  const [pages, setPages] = useState(1)
  const search = useDelayed(title.trim(), TYPING_MS)
  const readList = async (signal: AbortSignal) => {
    const query = { pinnedFirst: true, limit: PAGE, ...(search && { title: search }) }
    const items: Conversation[] = []
    let read = 0
    let hasMore = false
    for await (const { data, nextCursor } of parley.conversations.list(query, { signal }).pages()) {
      items.push(...data)
      hasMore = nextCursor !== null
      if (++read >= pages) break
    }
    return { items, hasMore }
  }
  const { value, error, reload } = useLoaded(search, readList, { keepsValue: true })
  const filter = useCallback((title: string) => {
    setTitle(title)
    setPages(1)
  }, [])
  const more = useCallback(() => {
    setPages((pages) => pages + 1)
    reload()
  }, [reload])
  const conversations = useMemo(
    () => ({
      items: value?.items,
      error,
      hasMore: value?.hasMore ?? false,
      title,
      filter,
      more,
      reload,
      update: async (id: string, change: ConversationPatch) => {
        await parley.conversations.update(id, change)
        reload()
      },
      remove: async (id: string) => {
        await parley.conversations.delete(id)
        reload()
      },
      restore: async (id: string) => {
        await parley.conversations.restore(id)
        reload()
      },
    }),
    [value, error, title, filter, more, reload],
  )
  return <Context value={conversations}>{children}</Context>
}

export function useConversations(): Conversations {
  const conversations = use(Context)
  if (!conversations) throw new Error('ConversationsProvider is missing.')
  return conversations
}

/** The value once it has stayed the same for so long. */
function useDelayed<T>(value: T, milliseconds: number): T {
  const [delayed, setDelayed] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(value), milliseconds)
    return () => clearTimeout(timer)
  }, [value, milliseconds])
  return delayed
}
