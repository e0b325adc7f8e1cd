import { createContext, type ReactNode, use, useCallback, useEffect, useState } from 'react'
import { Icon } from './icons.tsx'

interface Notice {
  text: string
  /** Takes back what the notice tells about. */
  undo?: (() => void) | undefined
}

const Context = createContext<(notice: Notice) => void>(() => {})
const SHOWN_MS = 8000

/** Shows what has just been done, for a moment, and reads it out. */
export function NoticeProvider({ children }: { children: ReactNode }) {
  const [notice, setNotice] = useState<Notice | null>(null)
  const close = useCallback(() => setNotice(null), [])
  useEffect(() => {
    if (!notice) return
    const timer = setTimeout(close, SHOWN_MS)
    return () => clearTimeout(timer)
  }, [notice, close])
  return (
    <Context value={setNotice}>
      {children}
      <div className="notices" role="status">
        {notice && (
          <div className="notice">
            <span>{notice.text}</span>
            {notice.undo && (
              <button
                type="button"
                onClick={() => {
                  notice.undo?.()
                  close()
                }}
              >
                Undo
              </button>
            )}
            <button type="button" className="icon-button" aria-label="Dismiss" onClick={close}>
              <Icon name="close" />
            </button>
          </div>
        )}
      </div>
    </Context>
  )
}

export const useNotice = (): ((notice: Notice) => void) => use(Context)
