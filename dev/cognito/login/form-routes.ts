import { type Context, Hono } from 'hono'
import { exceptionOf } from '../exceptions.ts'
import { CONFIRMATION_CODE } from '../peer.ts'
import type { AuthorizeRequest } from './authorize.ts'
import { authorizationOf, grant, type LoginDeps, queryOf, readForm, turnAway } from './deps.ts'
import { confirmPage, errorPage, PASSWORD_POLICY, signInPage, signUpPage } from './pages.ts'
import { policy } from './policy.ts'

interface FormEnv {
  Variables: { request: AuthorizeRequest; form: URLSearchParams }
}

/** The pages with forms. Each carries the authorization request in its query, and checks it again. */
export function formRoutes(deps: LoginDeps): Hono<FormEnv> {
  const { peer, visitors } = deps
  const { directory } = peer
  const app = new Hono<FormEnv>()
  const view = (c: Context, email: string, error?: string) => ({
    query: `?${queryOf(c)}`,
    csrf: visitors.csrfToken(c),
    email,
    error,
  })

  for (const path of ['/login', '/signup', '/confirmUser']) {
    app.use(path, async (c, next) => {
      const asked = await authorizationOf(c, deps)
      if (asked.kind !== 'request') return turnAway(c, asked)
      c.set('request', asked.request)
      if (c.req.method === 'POST') {
        const form = await readForm(c)
        if (!visitors.isOwnForm(c, form)) return c.html(errorPage('foreign_form'), 403)
        c.set('form', form)
      }
      await next()
      c.header('Content-Security-Policy', policy(new URL(asked.request.redirectUri).origin))
    })
  }

  app.get('/login', (c) => c.html(signInPage(view(c, c.var.request.loginHint))))
  app.post('/login', async (c) => {
    const { request, form } = c.var
    const email = addressIn(form)
    try {
      const who = await directory.checkPassword(request.clientId, email, form.get('password') ?? '')
      visitors.replace(c, { who })
      return grant(c, deps, request, who)
    } catch (error) {
      const exception = exceptionOf(error)
      if (exception === undefined) throw error
      if (exception !== 'UserNotConfirmedException') {
        return c.html(signInPage(view(c, email, 'Incorrect username or password.')), 400)
      }
      visitors.replace(c, { pending: { clientId: request.clientId, email } })
      return c.redirect(`/confirmUser?${queryOf(c)}`)
    }
  })

  app.get('/signup', (c) => c.html(signUpPage(view(c, ''))))
  app.post('/signup', async (c) => {
    const { clientId } = c.var.request
    const [email, name] = [addressIn(c.var.form), c.var.form.get('name')?.trim().slice(0, 200) ?? '']
    const again = (error: string) => c.html(signUpPage({ ...view(c, email, error), name }), 400)
    if (!/^[^\s@]{1,64}@[^\s@]{1,128}$/.test(email)) return again('This is no e-mail address.')
    const attributes = { email, ...(name !== '' && { name }) }
    try {
      await peer.call('SignUp', {
        ClientId: clientId,
        Username: email,
        Password: c.var.form.get('password') ?? '',
        UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
      })
    } catch (error) {
      const exception = exceptionOf(error)
      if (exception === 'UsernameExistsException') return again('An account with the given email already exists.')
      if (exception === 'InvalidPasswordException') return again(`The password is too weak. ${PASSWORD_POLICY}`)
      throw error
    }
    visitors.replace(c, { pending: { clientId, email } })
    return c.redirect(`/confirmUser?${queryOf(c)}`)
  })

  app.get('/confirmUser', (c) => {
    const { pending } = visitors.read(c)
    if (pending === undefined) return c.redirect(`/login?${queryOf(c)}`)
    return c.html(confirmPage(view(c, pending.email), CONFIRMATION_CODE))
  })
  app.post('/confirmUser', async (c) => {
    const { pending } = visitors.read(c)
    if (pending === undefined) return c.redirect(`/login?${queryOf(c)}`)
    const { clientId, email } = pending
    try {
      const ConfirmationCode = c.var.form.get('code')?.trim()
      await peer.call('ConfirmSignUp', { ClientId: clientId, Username: email, ConfirmationCode })
    } catch (error) {
      if (exceptionOf(error) === undefined) throw error
      return c.html(confirmPage(view(c, email, 'This is not the code.'), CONFIRMATION_CODE), 400)
    }
    const who = await directory.findUser(clientId, email)
    visitors.replace(c, { who })
    return grant(c, deps, c.var.request, who)
  })
  return app
}

/** Names are in lower case, as those of `npm run token`. */
const addressIn = (form: URLSearchParams): string => form.get('username')?.trim().toLowerCase() ?? ''
