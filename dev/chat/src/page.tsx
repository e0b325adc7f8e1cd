import { type ReactNode, useEffect, useRef } from 'react'

/** A page other than a chat. Its heading gets the focus, so that the keyboard goes on from there. */
export function Page({ title, intro, children }: { title: string; intro?: ReactNode; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · Parley`
    heading.current?.focus({ preventScroll: true })
  }, [title])
  return (
    <div className="page">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {intro !== undefined && <p className="lead">{intro}</p>}
      {children}
    </div>
  )
}
