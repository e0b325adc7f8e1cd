import { useState } from 'react'
import { Icon } from './icons.tsx'
import { Problem } from './problem.tsx'
import { signIn } from './sign-in.ts'

/** The page before the sign-in. */
export function Welcome({ error }: { error: unknown }) {
  const [failure, setFailure] = useState(error)
  const [isLeaving, setIsLeaving] = useState(false)
  const leave = () => {
    setIsLeaving(true)
    signIn().catch((error: unknown) => {
      setIsLeaving(false)
      setFailure(error)
    })
  }
  return (
    <main className="welcome">
      <p className="brand">
        <Icon name="logo" /> Parley
      </p>
      <h1>Ask your own documents</h1>
      <p className="lead">
        Drop a file, ask a question, and see the passages that answer it. Conversations keep their branches, and
        everything you write can be found again.
      </p>
      <button type="button" className="primary large" onClick={leave} disabled={isLeaving}>
        {isLeaving ? 'Opening the sign-in page …' : 'Sign in or sign up'}
      </button>
      <Problem error={failure} />
      <p className="muted small">
        This is Parley’s example app. Its answers are rehearsals: they quote what was found, and no model is asked.
      </p>
    </main>
  )
}
