import { useEffect, useState } from 'react'
import { parley } from './parley.ts'
import { Problem } from './problem.tsx'
import { onSignedOut } from './sign-in.ts'
import { useLoaded } from './use-loaded.ts'
import { Welcome } from './welcome.tsx'
import { Workspace } from './workspace.tsx'

/** @param props.error what kept the sign-in from completing */
export function App({ isSignedIn, error }: { isSignedIn: boolean; error: unknown }) {
  const [isIn, setIsIn] = useState(isSignedIn)
  useEffect(() => onSignedOut(() => setIsIn(false)), [])
  return isIn ? <SignedIn /> : <Welcome error={error} />
}

function SignedIn() {
  // Registers the user at their first visit.
  const { value, error, reload } = useLoaded('session', (signal) => parley.session.signIn(undefined, { signal }))
  if (value) return <Workspace user={value.user} />
  if (error === undefined) return <p className="splash muted">Signing in …</p>
  return (
    <main className="splash">
      <Problem error={error} onRetry={reload} />
    </main>
  )
}
