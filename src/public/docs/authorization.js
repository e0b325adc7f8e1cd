import { announce, el } from './dom.js'
import { claimsOf, finishSignIn, getToken, localIssuer, setToken, signInLocally } from './sign-in.js'

/** Where the reader gives this page a token: by hand, or in development by signing in. */
export function authorizationView() {
  const input = el('input', {
    id: 'token',
    type: 'password',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: 'eyJ…',
  })
  const state = el('p', { class: 'note', id: 'token-state' })
  const forget = el('button', { type: 'button', click: () => setToken('') }, 'Forget the token')
  input.addEventListener('change', () => setToken(input.value.trim().replace(/^Bearer /i, '')))
  const show = () => {
    input.value = getToken()
    state.textContent = describe(getToken())
    forget.hidden = getToken() === ''
  }
  document.addEventListener('tokenchange', show)
  show()
  void finish(state)
  return el(
    'section',
    { class: 'authorization', 'aria-labelledby': 'authorization' },
    el('h2', { id: 'authorization', tabindex: '-1' }, 'Authorization'),
    el(
      'p',
      {},
      'Calls that you send from this page use this access token. It stays in this tab and is forgotten when you close it.',
    ),
    el('label', { for: 'token' }, 'Access token'),
    input,
    el('p', { class: 'buttons' }, signInButton('#authorization'), forget),
    state,
  )
}

function describe(token) {
  if (token === '') return 'No token yet.'
  const { username, sub, exp } = claimsOf(token) ?? {}
  if (exp === undefined) return 'This does not look like a token of Cognito.'
  const until = new Date(exp * 1000)
  const name = username ?? sub
  return until < Date.now()
    ? `The token of ${name} expired at ${until.toLocaleTimeString()}.`
    : `A token of ${name}, valid until ${until.toLocaleTimeString()}.`
}

/** Takes up a sign-in that the sign-in page has just sent back. */
async function finish(state) {
  try {
    const local = await localIssuer()
    if (!local || !(await finishSignIn(local))) return
    dispatchEvent(new Event('hashchange'))
    announce('You are signed in.')
  } catch (error) {
    state.setAttribute('role', 'alert')
    state.textContent = `Signing in failed: ${error.message}`
    dispatchEvent(new Event('hashchange'))
  }
}

/** Signs a local user in and comes back to `hash`. Only a page that `npm run dev` serves shows it. */
export function signInButton(hash) {
  const button = el('button', { type: 'button', class: 'primary', hidden: true }, 'Sign in as a local user')
  localIssuer().then(
    (local) => {
      button.hidden = local === null
      button.addEventListener('click', () => {
        signInLocally(local, hash).catch(({ message }) => (button.textContent = `Signing in failed: ${message}`))
      })
    },
    () => {},
  )
  return button
}
