import { type RefObject, useEffect, useRef } from 'react'

/**
 * Keeps the end of a list in view as it grows, unless the reader has scrolled away from it.
 *
 * @param target the id of an element that is shown first, once it is there
 * @returns for an element at the end
 */
export function useFollowedEnd(list: readonly unknown[], target: string | null): RefObject<HTMLDivElement | null> {
  const end = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const length = useRef(0)
  const awaited = useRef<string | null>(null)
  useEffect(() => void (awaited.current = target), [target])
  useEffect(() => {
    if (!end.current) return
    const observer = new IntersectionObserver(([entry]) => (isAtEnd.current = entry?.isIntersecting ?? true), {
      rootMargin: '0px 0px 120px 0px',
    })
    observer.observe(end.current)
    return () => observer.disconnect()
  }, [])
  useEffect(() => {
    const wanted = awaited.current === null ? null : document.getElementById(awaited.current)
    if (wanted) {
      awaited.current = null
      length.current = list.length
      wanted.scrollIntoView({ block: 'center' })
      return
    }
    const isLonger = list.length > length.current
    length.current = list.length
    if (isLonger || isAtEnd.current) end.current?.scrollIntoView({ block: 'end' })
  }, [list, target])
  return end
}
