import type { User } from '@parley/client'
import { useEffect, useState } from 'react'
import { chatHref } from './addresses.ts'
import { Chat } from './chat.tsx'
import { DocumentPage } from './document-page.tsx'
import { DocumentsPage } from './documents-page.tsx'
import { DropTarget } from './drop-target.tsx'
import { Icon } from './icons.tsx'
import { ImportPage } from './import-page.tsx'
import { NoticeProvider } from './notice.tsx'
import { navigate, useLocation } from './router.tsx'
import { SearchPage } from './search-page.tsx'
import { Sidebar } from './sidebar.tsx'
import { UsagePage } from './usage-page.tsx'
import { ConversationsProvider } from './use-conversations.tsx'
import { DocumentsProvider } from './use-documents.tsx'

/** The app, once the user is signed in. */
export function Workspace({ user }: { user: User }) {
  const { pathname, href } = useLocation()
  // Where the menu was opened: it closes when one goes elsewhere.
  const [openAt, setOpenAt] = useState<string | null>(null)
  const isOpen = openAt === href
  useEffect(() => {
    if (!isOpen) return
    const close = ({ key }: KeyboardEvent) => key === 'Escape' && setOpenAt(null)
    addEventListener('keydown', close)
    return () => removeEventListener('keydown', close)
  }, [isOpen])
  return (
    <NoticeProvider>
      <ConversationsProvider>
        <DocumentsProvider>
          <div className="workspace">
            <header className="top-bar">
              <button
                type="button"
                className="icon-button"
                aria-label={isOpen ? 'Close the menu' : 'Open the menu'}
                aria-expanded={isOpen}
                aria-controls="sidebar"
                onClick={() => setOpenAt(isOpen ? null : href)}
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
      const chatId = first === 'chat' && id ? id : draft
      // With its address it stays the same element, so that its answer goes on.
      const start = () => {
        navigate(chatHref(draft), { replace: true })
        setDraft(crypto.randomUUID())
      }
      return <Chat key={chatId} id={chatId} isNew={chatId === draft} onFirstMessage={start} />
    }
  }
}
