import type { Conversation, User } from '@parley/client'
import { chatHref } from './addresses.ts'
import { useState } from 'react'
import { Icon, type IconName } from './icons.tsx'
import { parley } from './parley.ts'
import { Problem } from './problem.tsx'
import { Link } from './router.tsx'
import { signOut } from './sign-in.ts'
import { Skeleton } from './skeleton.tsx'
import { useConversations } from './use-conversations.tsx'

const PAGES: { href: string; icon: IconName; label: string }[] = [
  { href: '/documents', icon: 'file', label: 'Documents' },
  { href: '/search', icon: 'search', label: 'Search' },
  { href: '/import', icon: 'import', label: 'Import and export' },
  { href: '/usage', icon: 'usage', label: 'Usage' },
]

export function Sidebar({ user, path }: { user: User; path: string }) {
  return (
    <>
      <p className="brand">
        <Icon name="logo" /> Parley
      </p>
      <Link className="button primary" href="/">
        <Icon name="plus" /> New chat
      </Link>
      <ConversationList path={path} />
      <nav aria-label="Pages">
        <ul className="rows">
          {PAGES.map(({ href, icon, label }) => (
            <li key={href}>
              <Link className="row" href={href} aria-current={path.startsWith(href) ? 'page' : undefined}>
                <Icon name={icon} /> {label}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <Account user={user} />
    </>
  )
}

function ConversationList({ path }: { path: string }) {
  const { items, error, hasMore, title, filter, more, reload } = useConversations()
  const pinned = items?.filter((item) => item.pinned) ?? []
  const others = items?.filter((item) => !item.pinned) ?? []
  return (
    <nav className="conversations" aria-label="Conversations">
      <input
        type="search"
        aria-label="Filter conversations by title"
        placeholder="Filter conversations"
        value={title}
        onChange={(event) => filter(event.target.value)}
      />
      <Problem error={error} onRetry={reload} />
      {!items && error === undefined && <Skeleton label="Loading conversations" />}
      {items?.length === 0 && (
        <p className="muted small empty">{title ? 'No title matches.' : 'Your conversations will be listed here.'}</p>
      )}
      <Group heading="Pinned" items={pinned} path={path} />
      <Group heading={pinned.length > 0 ? 'Recent' : 'Conversations'} items={others} path={path} />
      {hasMore && (
        <button type="button" className="quiet" onClick={more}>
          Show more
        </button>
      )}
    </nav>
  )
}

function Group({ heading, items, path }: { heading: string; items: Conversation[]; path: string }) {
  if (items.length === 0) return null
  return (
    <section aria-label={heading}>
      <h2>{heading}</h2>
      <ul className="rows">
        {items.map(({ id, title, pinned }) => {
          const href = chatHref(id)
          return (
            <li key={id}>
              <Link className="row" href={href} aria-current={path === href ? 'page' : undefined}>
                {pinned && <Icon name="pin" />}
                <span className="clip">{title ?? 'Untitled'}</span>
              </Link>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Account({ user: { name, email } }: { user: User }) {
  const [error, setError] = useState<unknown>()
  const leave = () => void signOut(() => parley.session.signOut()).catch(setError)
  return (
    <div className="account">
      <Problem error={error} />
      <span className="avatar" aria-hidden="true">
        {(name ?? email ?? '?').slice(0, 1).toUpperCase()}
      </span>
      <span className="clip">
        {name ?? email}
        {name !== null && <small className="muted clip">{email}</small>}
      </span>
      <button type="button" className="icon-button" aria-label="Sign out" title="Sign out" onClick={leave}>
        <Icon name="out" />
      </button>
    </div>
  )
}
