import { html } from 'hono/html'
import { LOCAL_PASSWORD } from '../sign-in.ts'

type Html = ReturnType<typeof html>

/** What a form needs to be shown, at first or again. */
export interface FormView {
  /** The query of the authorization request, which goes along with every form and link. */
  query: string
  csrf: string
  /** What was typed in; never a password. */
  email: string
  name?: string
  /** What is wrong with it. */
  error?: string | undefined
}

export const PASSWORD_POLICY = 'At least 8 characters: a small and a capital letter, a digit and a symbol.'

const page = (title: string, body: Html): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Parley, local Cognito</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/assets/login.css" />
      </head>
      <body>
        <main>
          <p class="brand">Parley <span>local Cognito</span></p>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`

const form = (action: string, { query, csrf, error }: FormView, fields: Html, submit: string): Html =>
  html` ${error === undefined ? '' : html`<p class="error" id="error" role="alert">${error}</p>`}
    <form method="post" action="${action}${query}">
      <input type="hidden" name="_csrf" value="${csrf}" />
      ${fields}
      <button>${submit}</button>
    </form>`

/** Points a screen reader from a field to what is wrong with it. */
const faulty = (error: string | undefined) =>
  error === undefined ? '' : html` aria-invalid="true" aria-describedby="error"`

export const signInPage = (view: FormView): Html =>
  page(
    'Sign in',
    html`${form(
        '/login',
        view,
        html`<label for="username">E-mail</label>
          <input
            id="username"
            name="username"
            type="email"
            autocomplete="username"
            required
            ${view.email === '' ? 'autofocus' : ''}
            value="${view.email}"
            ${faulty(view.error)}
          />
          <label for="password">Password</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
            ${view.email === '' ? '' : 'autofocus'}${faulty(view.error)}
          />`,
        'Sign in',
      )}
      <p>New here? <a href="/signup${view.query}">Create an account</a></p>
      <p class="hint">Users of <code>npm run token</code> have the password <code>${LOCAL_PASSWORD}</code></p>`,
  )

export const signUpPage = (view: FormView): Html =>
  page(
    'Create an account',
    html`${form(
        '/signup',
        view,
        html`<label for="name">Name <span>(optional)</span></label>
          <input id="name" name="name" autocomplete="name" maxlength="200" value="${view.name ?? ''}" />
          <label for="username">E-mail</label>
          <input
            id="username"
            name="username"
            type="email"
            autocomplete="username"
            required
            value="${view.email}"
            ${faulty(view.error)}
          />
          <label for="password">Password</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="new-password"
            required
            minlength="8"
            aria-describedby="policy${view.error === undefined ? '' : ' error'}"
          />
          <p class="hint" id="policy">${PASSWORD_POLICY}</p>`,
        'Create account',
      )}
      <p>Have an account? <a href="/login${view.query}">Sign in</a></p>`,
  )

/** @param code what Cognito would send by e-mail */
export const confirmPage = (view: FormView, code: string): Html =>
  page(
    'Confirm your e-mail',
    html`<p>
        Cognito would send a code to <strong>${view.email}</strong>. This one sends no mail: the code is
        <code>${code}</code>
      </p>
      ${form(
        '/confirmUser',
        view,
        html`<label for="code">Code</label>
          <input
            id="code"
            name="code"
            inputmode="numeric"
            autocomplete="one-time-code"
            pattern="[0-9]{6}"
            required
            autofocus${faulty(view.error)}
          />`,
        'Confirm',
      )}
      <p><a href="/login${view.query}">Back to sign-in</a></p>`,
  )

export const signedOutPage = (): Html =>
  page('You are signed out', html`<p>This browser is signed out of the local Cognito. You can close this page.</p>`)

/** Why there is no way back to the app, in words for who writes it. */
const ERRORS: Record<string, string> = {
  invalid_client: 'There is no app client of this id. npm run dev prints the right one, and writes it to .parley/env.',
  redirect_mismatch:
    'The redirect URI is not registered. The local app client takes http and https URIs of this machine: localhost, 127.0.0.1 or [::1], any port and path.',
  logout_mismatch:
    'The logout_uri is not registered. The local app client takes http and https URIs of this machine: localhost, 127.0.0.1 or [::1], any port and path.',
  missing_uri: 'Cognito wants a logout_uri, or a redirect_uri with the parameters of a new sign-in.',
  foreign_form: 'The form was not sent from this page, or is too old. Go back to the app and sign in again.',
  not_found: 'There is no such page.',
}

/** @param error Cognito's or our own name for it, which may be anything */
export const errorPage = (error: string): Html =>
  page(
    'An error was encountered with the requested page',
    html`<p class="error">${Object.hasOwn(ERRORS, error) ? ERRORS[error] : 'Go back to the app and try again.'}</p>
      <p class="hint"><code>${error.slice(0, 100)}</code></p>`,
  )
