import type { User } from '@parley/client'
import { useEffect, useState } from 'react'
import { Chat } from './chat.tsx'
import { DocumentPage } from './document-page.tsx'
import { DocumentsPage } from './documents-page.tsx'
import { DropTarget } from './drop-target.tsx'
import { Icon } from './icons.tsx'
import { ImportPage } from './import-page.tsx'
import { NoticeProvider } from './notice.tsx'
import { useLocation } from './router.tsx'
import { SearchPage } from './search-page.tsx'
import { Sidebar } from './sidebar.tsx'
import { UsagePage } from './usage-page.tsx'
import { ConversationsProvider } from './use-conversations.tsx'
import { DocumentsProvider } from './use-documents.tsx'

/** All that one sees who is signed in. */
export function Workspace({ user }: { user: User }) {
  const { pathname, search } = useLocation()
  const [isOpen, setIsOpen] = useState(false)
  useEffect(() => setIsOpen(false), [pathname, search])
  return (
    <NoticeProvider>
      <ConversationsProvider>
        <DocumentsProvider>
          <div className="workspace" onKeyDown={(event) => event.key === 'Escape' && setIsOpen(false)}>
            <header className="top-bar">
              <button
                type="button"
                className="icon-button"
                aria-label={isOpen ? 'Close the menu' : 'Open the menu'}
                aria-expanded={isOpen}
                aria-controls="sidebar"
                onClick={() => setIsOpen(!isOpen)}
              >
                <Icon name={isOpen ? 'close' : 'menu'} />
              </button>
              <span className="brand">Parley</span>
            </header>
            <aside id="sidebar" className={isOpen ? 'sidebar open' : 'sidebar'} aria-label="Menu">
              <Sidebar user={user} path={pathname} />
            </aside>
            <DropTarget>
              <Page pathname={pathname} />
            </DropTarget>
          </div>
        </DocumentsProvider>
      </ConversationsProvider>
    </NoticeProvider>
  )
}

function Page({ pathname }: { pathname: string }) {
  const [draft, setDraft] = useState<string>(() => crypto.randomUUID())
  const [, first = '', id = ''] = pathname.split('/').map(decodeURIComponent)
  // Once a draft has been saved it has an address of its own, and the next new chat another id.
  useEffect(() => {
    if (id === draft) setDraft(crypto.randomUUID())
  }, [id, draft])
  switch (first) {
    case 'documents':
      return id ? <DocumentPage key={id} id={id} /> : <DocumentsPage />
    case 'search':
      return <SearchPage />
    case 'import':
      return <ImportPage />
    case 'usage':
      return <UsagePage />
    default: {
      // A draft that is saved stays the same element, so that its answer goes on.
      const chatId = first === 'chat' && id ? id : draft
      return <Chat key={chatId} id={chatId} isNew={chatId === draft} />
    }
  }
}
