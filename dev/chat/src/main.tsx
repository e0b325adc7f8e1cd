import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { restoreSignIn } from './sign-in.ts'

const root = createRoot(document.querySelector('#root') ?? document.body)
const show = (isSignedIn: boolean, error?: unknown) =>
  root.render(
    <StrictMode>
      <App isSignedIn={isSignedIn} error={error} />
    </StrictMode>,
  )

restoreSignIn().then(show, (error: unknown) => show(false, error))
