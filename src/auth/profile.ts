import * as z from 'zod'

/** A user as Cognito knows them; what is not set there is null. */
export interface CognitoProfile {
  sub: string
  /** Null for those who signed up by phone. */
  email: string | null
  emailVerified: boolean
  firstName: string | null
  lastName: string | null
  name: string | null
  avatarUrl: string | null
}

/** The part of `GetUser`'s answer that is used. */
export const userAnswer = z.object({
  UserAttributes: z.array(z.object({ Name: z.string(), Value: z.string().optional() })),
})

/** Maps Cognito's standard attributes (OpenID Connect names). */
export function toProfile(answer: z.output<typeof userAnswer>): CognitoProfile {
  const attributes = new Map(answer.UserAttributes.map(({ Name, Value = '' }) => [Name, storable(Value)]))
  const textOf = (name: string) => attributes.get(name) || null
  return {
    sub: attributes.get('sub')?.toLowerCase() ?? '',
    email: textOf('email'),
    emailVerified: attributes.get('email_verified')?.toLowerCase() === 'true',
    firstName: textOf('given_name'),
    lastName: textOf('family_name'),
    name: textOf('name'),
    avatarUrl: webUrl(textOf('picture')),
  }
}

/** Postgres refuses NUL in text, and UTF-8 has no lone surrogates. */
const storable = (text: string) => text.replaceAll('\0', '').toWellFormed().trim()

/** Identity providers put all sorts of things into `picture`; a front end will use it as a link, and others see it. */
function webUrl(text: string | null): string | null {
  return text !== null && /^https?:\/\//i.test(text) && URL.canParse(text) && !hasCredentials(text) ? text : null
}

/** Whether a URL holds a user or a password. */
export const hasCredentials = (url: string): boolean => {
  const parsed = URL.parse(url)
  return parsed !== null && (parsed.username !== '' || parsed.password !== '')
}
