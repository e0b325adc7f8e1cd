import { type RefObject, useEffect, useRef } from 'react'

/** Keeps the end of a list in view as it grows, unless the reader has scrolled away from it. @returns for an element at its end */
export function useFollowedEnd(list: readonly unknown[]): RefObject<HTMLDivElement | null> {
  const end = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const length = useRef(0)
  useEffect(() => {
    if (!end.current) return
    const observer = new IntersectionObserver(([entry]) => (isAtEnd.current = entry?.isIntersecting ?? true), {
      rootMargin: '0px 0px 120px 0px',
    })
    observer.observe(end.current)
    return () => observer.disconnect()
  }, [])
  useEffect(() => {
    const isLonger = list.length > length.current
    length.current = list.length
    if (isLonger || isAtEnd.current) end.current?.scrollIntoView({ block: 'end' })
  }, [list])
  return end
}
