import { useEffect, useRef } from 'react'
import { Page } from './page.tsx'
import { parley } from './parley.ts'
import { Problem } from './problem.tsx'
import { Link, useLocation } from './router.tsx'
import { useLoaded } from './use-loaded.ts'

/** A document's text, with the passage marked that a citation or a hit leads to. */
export function DocumentPage({ id }: { id: string }) {
  const { searchParams } = useLocation()
  const from = Number(searchParams.get('from') ?? 0)
  const to = Number(searchParams.get('to') ?? 0)
  const { value, error, reload } = useLoaded(id, (signal) => parley.documents.get(id, { signal }))
  const mark = useRef<HTMLElement>(null)
  useEffect(() => {
    mark.current?.scrollIntoView({ block: 'center' })
  }, [value, from])
  return (
    <Page title={value?.title ?? 'Document'} intro={<Link href="/documents">All documents</Link>}>
      <Problem error={error} onRetry={reload} />
      {value && (
        <article className="text">
          {value.content.slice(0, from)}
          {to > from && <mark ref={mark}>{value.content.slice(from, to)}</mark>}
          {value.content.slice(Math.max(from, to))}
        </article>
      )}
    </Page>
  )
}
