import { beforeAll, describe, expect, it } from 'vitest'
import { createApi, signIn, type Tokens } from './harness.ts'
import { openConversation, queryAsSuperuser, read, say, type SignIn } from './helpers.ts'
import { deleteUser, setAttributes } from './pool.ts'

const api = createApi()
const newAddress = () => `person-${crypto.randomUUID()}@example.com`

/** Somebody who is registered with this address, and has something. */
async function settle(email: string, verified = true, tokens?: Tokens): Promise<Tokens> {
  const settled = tokens ?? (await signIn(newAddress()))
  await setAttributes(settled.sub, { email, email_verified: String(verified) })
  const user = api.as(settled)
  await user.post('/v1/session')
  await say(user, (await openConversation(user, { title: 'Not yours' })).id, 'Nor this')
  return settled
}

/**
 * All that the API answers to a user on the way from the first sign-in to the deletion of the account, without what differs from
 * user to user.
 */
async function answersTo(tokens: Tokens, email: string): Promise<string[]> {
  await setAttributes(tokens.sub, { email, email_verified: 'true', given_name: 'P', family_name: 'Q', name: 'P Q' })
  const user = api.as(tokens)
  const answers: Response[] = []
  const take = async (answer: Promise<Response>) => void answers.push(await answer)
  await take(user.get('/v1/me'))
  await take(user.post('/v1/session'))
  await take(user.post('/v1/session'))
  await take(user.get('/v1/me'))
  await take(user.patch('/v1/me', { name: 'Mine' }))
  await take(user.patch('/v1/me', { email: 'other@example.com' }))
  await take(user.post('/v1/conversations', { title: 'Mine' }))
  await take(user.get('/v1/conversations'))
  await take(user.post('/v1/search', { query: 'yours', mode: 'keyword' }))
  await take(user.get('/v1/sessions'))
  await take(user.get('/v1/audit-events'))
  await take(user.get('/v1/me/export'))
  await take(user.delete('/v1/me'))
  // The local Cognito finds its users by their address.
  await setAttributes(tokens.sub, { email: tokens.email })
  const back = await signIn(tokens.email)
  await setAttributes(tokens.sub, { email })
  await take(api.as(back).post('/v1/session'))
  return Promise.all(
    answers.map(async (answer) => {
      const text = (await answer.text()).replaceAll(JSON.stringify(email), '"EMAIL"')
      return `${answer.status} ${text
        .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
        .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')}`
    }),
  )
}

let alone: string[]
beforeAll(async () => {
  alone = await answersTo(await signIn(newAddress()), newAddress())
})

/** Who else has, or had, the address of the user who asks. @returns it, and the user where it is not a new one */
const OTHERS: [name: string, prepare: () => Promise<{ email: string; tokens?: Tokens }>][] = [
  [
    'a second account with the same address',
    async () => {
      const email = newAddress()
      await settle(email)
      return { email }
    },
  ],
  [
    'the same address in other case',
    async () => {
      const email = newAddress()
      await settle(email.toUpperCase())
      return { email }
    },
  ],
  [
    'an account that was deleted in Cognito and made anew',
    async () => {
      const before = await signIn(newAddress())
      await settle(before.email, true, before)
      await deleteUser(before.email)
      const tokens = await signIn(before.email)
      expect(tokens.sub).not.toBe(before.sub)
      return { email: before.email, tokens }
    },
  ],
  [
    'the native sign-in of a person who comes by a federated one',
    async () => {
      const native = await signIn(newAddress())
      await settle(native.email, true, native)
      return { email: native.email, tokens: await signIn(`google_${crypto.randomUUID()}@federated.example.com`) }
    },
  ],
  [
    'somebody whose address it was before',
    async () => {
      const email = newAddress()
      const before = await settle(email)
      await settle(newAddress(), true, before)
      return { email }
    },
  ],
  [
    'somebody whose address it was, and who has not signed in since',
    async () => {
      const email = newAddress()
      const before = await settle(email)
      await setAttributes(before.sub, { email: newAddress() })
      return { email }
    },
  ],
  [
    'a stranger who put it down first, unverified',
    async () => {
      const email = newAddress()
      await settle(email, false)
      return { email }
    },
  ],
  [
    'one whose lower case is longer: İ',
    async () => {
      const local = `pek-${crypto.randomUUID()}@example.com`
      for (const first of ['İ', 'i', 'I', 'i\u0307', 'ı']) await settle(`${first}${local}`)
      return { email: `İ${local}` }
    },
  ],
  [
    'a deleted account',
    async () => {
      const email = newAddress()
      await api.as(await settle(email)).delete('/v1/me')
      return { email }
    },
  ],
  [
    'an account that waits for its purge',
    async () => {
      const email = newAddress()
      const { sub } = await settle(email)
      await queryAsSuperuser('update users set deleted_at = now(), purge_after = now() where id = $1', [sub])
      return { email }
    },
  ],
]

describe('No answer depends on who else has the e-mail address', () => {
  it.each(OTHERS)('%s', async (_, prepare) => {
    const { email, tokens } = await prepare()
    expect(await answersTo(tokens ?? (await signIn(newAddress())), email)).toEqual(alone)
  })

  it('keeps each account its own, with the address as Cognito has it', async () => {
    const email = newAddress()
    const [first, second] = [await settle(email), await settle(email.toUpperCase())]
    for (const [tokens, shown] of [
      [first, email],
      [second, email.toUpperCase()],
    ] as const) {
      const { user, profileStale } = await read<SignIn>(api.as(tokens).post('/v1/session'))
      expect({ id: user.id, email: user.email, profileStale }).toEqual({
        id: tokens.sub,
        email: shown,
        profileStale: false,
      })
    }
  })
})
