/** Who a request acts for, as far as a verified access token says. Frozen: one object may serve several requests. */
export interface Identity {
  /** The Cognito `sub`: a UUID in lower case. */
  userId: string
  /** The app client that the token was issued to. */
  clientId: string
  scopes: readonly string[]
  groups: readonly string[]
  /**
   * Names the sign-in, not the token: Cognito's `origin_jti`, which survives refreshes. Where token revocation is off
   * there is none, and it is made of `auth_time` and the user. At most 128 characters, not always a UUID.
   */
  signInId: string
  /** When the user signed in, in seconds since 1970 (`auth_time`); null where the token does not say. */
  signedInAt: number | null
  /** Seconds since 1970. */
  expiresAt: number
}
