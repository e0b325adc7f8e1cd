import { ErrorResponse, UserManager } from 'oidc-client-ts'
import { settings } from './settings.ts'

const manager = new UserManager({
  authority: settings.issuer,
  client_id: settings.clientId,
  redirect_uri: `${location.origin}/callback`,
  scope: 'openid email profile aws.cognito.signin.user.admin',
  // Parley's client asks for a new token when the old one is refused.
  automaticSilentRenew: false,
  // Cognito revokes no others.
  revokeTokenTypes: ['refresh_token'],
})

/** Leaves for the sign-in page; it comes back to where the user was. */
export const signIn = (): Promise<void> => manager.signinRedirect({ state: location.pathname + location.search })

/** Call it once, before anything is shown. @returns whether someone is signed in */
export async function restoreSignIn(): Promise<boolean> {
  if (location.pathname !== '/callback') return (await manager.getUser()) !== null
  try {
    const { state } = await manager.signinRedirectCallback()
    history.replaceState(null, '', typeof state === 'string' ? state : '/')
    return true
  } catch (error) {
    history.replaceState(null, '', '/')
    // The page was reloaded, or the user went back: the code is spent, the sign-in is there.
    if (await manager.getUser()) return true
    throw error
  }
}

export const accessToken = async (): Promise<string | undefined> => (await manager.getUser())?.access_token

/** Gets new tokens for the refresh token. If the issuer refuses it, the user is signed out. */
export async function refresh(): Promise<void> {
  try {
    await manager.signinSilent()
  } catch (error) {
    if (error instanceof ErrorResponse) await manager.removeUser()
    throw error
  }
}

/** Forgets the tokens of this tab. */
export const forget = (): Promise<void> => manager.removeUser()

/** @returns what ends the subscription */
export const onSignedOut = (listener: () => void): (() => void) => manager.events.addUserUnloaded(listener)

/** Ends the sign-in here and at the issuer, and leaves. @param endSession ends it at Parley */
export async function signOut(endSession: () => Promise<void>): Promise<void> {
  await endSession()
  await manager.revokeTokens()
  await manager.signoutRedirect({
    // Cognito's own names for what OpenID calls post_logout_redirect_uri.
    extraQueryParams: { client_id: settings.clientId, logout_uri: `${location.origin}/` },
  })
}
