import type { QuotaUsage } from '@parley/client'
import { formatBytes, formatDate, formatNumber, formatShort } from './format.ts'
import { Page } from './page.tsx'
import { parley } from './parley.ts'
import { Problem } from './problem.tsx'
import { Skeleton } from './skeleton.tsx'
import { useLoaded } from './use-loaded.ts'

type Quota = QuotaUsage['data'][number]

const NAMES: Record<Quota['quota'], string> = {
  conversations: 'Conversations',
  messages: 'Messages',
  documents: 'Documents',
  storedBytes: 'Stored',
  embeddedTokens: 'Embedded today',
}

export function UsagePage() {
  const { value, error, reload } = useLoaded('usage', (signal) => parley.usage({ signal }))
  return (
    <Page title="Usage" intro="What you have stored, and your limits. The trash counts too.">
      <Problem error={error} onRetry={reload} />
      {!value && error === undefined && <Skeleton label="Loading usage" />}
      <ul className="cards quotas" aria-label="Quotas">
        {value?.map((quota) => (
          <Meter key={quota.quota} {...quota} />
        ))}
      </ul>
    </Page>
  )
}

function Meter({ quota, used, limit, resetsAt }: Quota) {
  const isBytes = quota === 'storedBytes'
  const show = isBytes ? formatBytes : formatNumber
  const showLimit = isBytes ? formatBytes : formatShort
  const unit = quota === 'embeddedTokens' ? ' tokens' : ''
  return (
    <li className="card">
      <strong>{NAMES[quota]}</strong>
      <p>
        <span className="figure">{show(used)}</span>{' '}
        <span className="muted">{limit === null ? `${unit}, no limit` : `of ${showLimit(limit)}${unit}`}</span>
      </p>
      {limit !== null && <progress max={limit} value={Math.min(used, limit)} aria-label={NAMES[quota]} />}
      {resetsAt !== null && <p className="muted small">Resets on {formatDate(resetsAt)}</p>}
    </li>
  )
}
