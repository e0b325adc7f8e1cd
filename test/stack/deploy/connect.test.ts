import { afterEach, describe, expect, it, vi } from 'vitest'
import { hostOf, isLoopback, refusePooler, secureUrl } from '../../../dev/connect.ts'

afterEach(() => vi.unstubAllEnvs())

describe('A connection string', () => {
  it.each([
    'postgres://owner@localhost/parley',
    'postgres://owner@127.0.0.1:5517/parley',
    'postgres://owner@127.8.9.10/parley',
    'postgres://owner@[::1]:5517/parley',
    'postgres:///parley?host=/var/run/postgresql',
    'postgres://owner:secret@%2Fvar%2Frun%2Fpostgresql/parley',
  ])('of this machine stays as it is: %s', (url) => {
    expect(isLoopback(url)).toBe(true)
    expect(secureUrl(url)).toBe(url)
  })

  it.each([
    'postgres://owner@db.example.com/parley',
    'postgres://owner@localhost.example.com/parley',
    'postgres://owner@127.example.com/parley',
    'postgres://owner@10.0.0.1/parley',
    'postgres://owner@0.0.0.0/parley',
    'postgres://owner@[fd00::1]/parley',
    'postgres://owner@localhost/parley?host=db.example.com',
  ])('of any other host gets TLS, with the certificate verified: %s', (url) => {
    expect(new URL(secureUrl(url)).searchParams.get('sslmode')).toBe('verify-full')
  })

  it('without a host gets TLS where PGHOST is another', () => {
    const url = 'postgres:///parley'
    vi.stubEnv('PGHOST', undefined)
    expect(secureUrl(url)).toBe(url)
    vi.stubEnv('PGHOST', 'db.example.com')
    expect(hostOf(url)).toBe('db.example.com')
    expect(secureUrl(url)).toBe(`${url}?sslmode=verify-full`)
  })

  it.each([
    'sslmode=disable',
    'sslmode=no-verify',
    'sslmode=verify-full',
    'ssl=true',
    'uselibpqcompat=true&sslmode=require',
  ])('that says what it wants gets that: %s', (said) => {
    const url = `postgres://owner@db.example.com/parley?${said}`
    expect(secureUrl(url)).toBe(url)
  })

  it('gets what PGSSLMODE says where it says nothing', () => {
    vi.stubEnv('PGSSLMODE', 'disable')
    expect(secureUrl('postgres://owner@db.example.com/parley')).toBe('postgres://owner@db.example.com/parley')
  })

  it.each(['require', 'prefer', 'verify-ca'])(
    'with sslmode=%s names what pg makes of it, so that pg does not warn',
    (mode) => {
      expect(secureUrl(`postgres://owner:p%2Fw@db.example.com/parley?sslmode=${mode}&options=-c%20a%3Db`)).toBe(
        'postgres://owner:p%2Fw@db.example.com/parley?sslmode=verify-full&options=-c+a%3Db',
      )
    },
  )

  it.each([
    'postgres://owner:se/cret@db.example.com/parley',
    'mysql://owner:secret@db.example.com/parley',
    'db.example.com/secret',
  ])('that cannot be read is not repeated: %s', (unreadable) => {
    expect(() => secureUrl(unreadable)).toThrow(/^The database URL cannot be read/)
    expect(() => secureUrl(unreadable)).not.toThrow(/cret/)
  })
})

describe('A pooler', () => {
  it.each([
    ['ep-cool-rain-123456-pooler.eu-central-1.aws.neon.tech', 'ep-cool-rain-123456.eu-central-1.aws.neon.tech'],
    ['EP-COOL-RAIN-123456-POOLER.eu-central-1.aws.neon.tech', 'EP-COOL-RAIN-123456.eu-central-1.aws.neon.tech'],
  ])('is refused, and the direct host named: %s', (pooler, direct) => {
    expect(() => refusePooler(`postgres://owner:secret@${pooler}/parley`)).toThrow(
      `${pooler} is a pooler. Migrate through the direct host, ${direct}.`,
    )
  })

  it.each([
    'ep-cool-rain-123456.eu-central-1.aws.neon.tech',
    'pooler.example.com',
    'db.my-pooler.example.com',
    'localhost',
  ])('is not what %s is', (host) => {
    expect(() => refusePooler(`postgres://owner:secret@${host}/parley`)).not.toThrow()
  })
})
