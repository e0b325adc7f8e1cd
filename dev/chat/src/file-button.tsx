import { type ReactNode, useRef } from 'react'

interface FileButtonProps {
  /** For a button that shows only an icon. */
  label?: string
  className: string
  accept?: string
  onFiles: (files: File[]) => unknown
  children: ReactNode
}

/** A button that opens the browser's choice of files. */
export function FileButton({
  label,
  className,
  accept = '.md,.markdown,.txt,text/*',
  onFiles,
  children,
}: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button
        type="button"
        className={className}
        aria-label={label}
        title={label}
        onClick={() => input.current?.click()}
      >
        {children}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={accept}
        onChange={(event) => {
          void onFiles([...(event.target.files ?? [])])
          // The same file can be chosen again.
          event.target.value = ''
        }}
      />
    </>
  )
}
