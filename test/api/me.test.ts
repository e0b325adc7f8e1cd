import { beforeEach, describe, expect, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, expectRefused, read, statusesOf } from './helpers.ts'

const api = createApi()
let ada: TestUser

beforeEach(async () => {
  ada = await api.newUser()
})

interface User {
  id: string
  name: string | null
  updatedAt: string
}

describe('The profile', () => {
  it("is the token's owner's", async () => {
    expect(await read(ada.get('/v1/me'))).toMatchObject({ id: ada.sub, email: ada.email })
    expect(await read((await api.newUser()).get('/v1/me'))).not.toMatchObject({ id: ada.sub })
  })

  it('takes new values, keeps what is absent and clears what is null', async () => {
    const before = await read<User>(ada.get('/v1/me'))
    const changed = await read<User>(
      ada.patch('/v1/me', { firstName: ' Ada ', lastName: null, avatarUrl: 'https://example.com/a.png' }),
    )
    expect(changed).toEqual({
      ...before,
      firstName: 'Ada',
      lastName: null,
      avatarUrl: 'https://example.com/a.png',
      updatedAt: expect.any(String),
    })
    expect(await read(ada.get('/v1/me'))).toEqual(changed)
  })

  it('keeps any writing system whole', async () => {
    const name = 'Ada 𝒜👩🏽‍💻 Лавлейс 愛達 עדה'
    expect(await read(ada.patch('/v1/me', { name }))).toMatchObject({ name })
  })

  it.each([
    ['an empty name', { name: '' }, 'name'],
    ['a blank name', { firstName: ' \t' }, 'firstName'],
    ['a name of 10,000 characters', { lastName: 'x'.repeat(10_000) }, 'lastName'],
    ['a name that is no text', { name: 7 }, 'name'],
    ['a picture without TLS', { avatarUrl: 'http://example.com/a.png' }, 'avatarUrl'],
    ['a picture that is a script', { avatarUrl: 'javascript:alert(1)' }, 'avatarUrl'],
    ['a picture whose link has a password', { avatarUrl: 'https://ada:secret@example.com/a.png' }, 'avatarUrl'],
    ['a picture whose link has a user', { avatarUrl: 'https://ada@example.com/a.png' }, 'avatarUrl'],
    ['a picture that is no link', { avatarUrl: 'a.png' }, 'avatarUrl'],
    ['a picture with a very long link', { avatarUrl: `https://example.com/${'x'.repeat(2048)}` }, 'avatarUrl'],
    ['another e-mail: that is changed at Cognito', { email: 'other@example.com' }, 'email'],
    ['another id', { id: crypto.randomUUID() }, 'id'],
    ['no change', {}, '(root)'],
  ])('refuses %s', async (_, body, path) => {
    await expectRefused(await ada.patch('/v1/me', body), path)
  })
})

describe('Its ETag', () => {
  it('saves reading it again', async () => {
    const first = await ada.get('/v1/me')
    const etag = first.headers.get('ETag') ?? ''
    const again = await ada.get('/v1/me', { 'If-None-Match': `"other", W/${etag}` })
    expect([again.status, await again.text(), again.headers.get('ETag')]).toEqual([304, '', etag])
    await ada.patch('/v1/me', { name: 'Changed' })
    expect((await ada.get('/v1/me', { 'If-None-Match': etag })).status).toBe(200)
  })

  it('keeps one device from overwriting what another wrote', async () => {
    const etag = (await ada.get('/v1/me')).headers.get('ETag') ?? ''
    const first = await ada.patch('/v1/me', { name: 'First' }, { 'If-Match': etag })
    expect(first.status).toBe(200)
    expect(first.headers.get('ETag')).not.toBe(etag)
    await expectProblem(await ada.patch('/v1/me', { name: 'Second' }, { 'If-Match': etag }), 412, 'precondition_failed')
    expect(await read(ada.get('/v1/me'))).toMatchObject({ name: 'First' })
  })

  it('lets one of many writers win', async () => {
    const etag = (await ada.get('/v1/me')).headers.get('ETag') ?? ''
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => ada.patch('/v1/me', { name: `Writer ${i}` }, { 'If-Match': etag })),
    )
    expect(statusesOf(answers)).toEqual([200, ...Array.from({ length: 7 }, () => 412)])
  })
})
