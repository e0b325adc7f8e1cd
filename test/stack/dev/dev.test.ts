// @module-tag slow
import { lookup } from 'node:dns/promises'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { freePorts, occupy, portOf, portVariables, type Running, run, start, survivors } from './process.ts'

// Each test waits for processes or for PGlite.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const JUST_A_TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+\n$/
const CURL = /^ *(curl .*)$/m
const PAGE = 'http://localhost:5173'
const TOKEN = 'npm run --silent token --'

let dataDir: string
let ports: number[]
let own: Record<string, string>
let url: string
let dev: Running
let firstToken: string

const startDev = async () => {
  const running = start('npm', ['run', 'dev'], own)
  await running.printed(CURL)
  return running
}
const conversationsOf = async (email: string) => {
  const token = (await run(`${TOKEN} ${email}`, own)).stdout.trim()
  const answer = await fetch(`${url}/v1/conversations`, { headers: { Authorization: `Bearer ${token}` } })
  return (await answer.json()) as { data: { id: string; title: string }[] }
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'parley-dev-'))
  ports = await freePorts(4)
  own = { PARLEY_DATA: dataDir, ...portVariables(ports) }
  url = `http://localhost:${ports[0]}`
  // Before anything runs, as somebody may do who reads from the bottom up.
  firstToken = (await run(`${TOKEN} ada@example.com`, own)).stdout
  dev = await startDev()
})

afterAll(async () => {
  dev?.interrupt()
  await dev?.ended
  await rm(dataDir, { recursive: true, force: true })
})

// One stack for all of them, because each start takes seconds; none depends on what another leaves behind.
describe('npm run dev', () => {
  it('says each part, and ends with a URL and a line to paste', () => {
    const [, neon, cognito] = ports
    const output = dev.output()
    expect(output).toMatch(/database +PGlite in .*, (\d+ migrations applied|up to date)/)
    expect(output).toMatch(new RegExp(`neon +postgres://parley_app@127.0.0.1:${neon}/postgres`))
    expect(output).toMatch(new RegExp(`cognito +http://127.0.0.1:${cognito}/\\w+, app client \\w+`))
    expect(output).toMatch(new RegExp(`worker +${url}`))
    expect(output).toContain(`Parley runs at ${url} (reference: ${url}/docs)`)
    expect(output.match(CURL)?.[0]).toContain(` ${url}/v1/session `)
    expect(output).not.toContain(`127.0.0.1:${ports[0]}`)
  })

  it('begins its banner with the URL of a chat, which answers at localhost and 127.0.0.1', async () => {
    const [, , , port] = ports
    expect(dev.output()).toContain(`\n\nChat: http://localhost:${port}\nParley runs at `)
    for (const host of ['localhost', '127.0.0.1']) {
      const origin = `http://${host}:${port}`
      const page = await fetch(origin, { headers: { Accept: 'text/html' } })
      expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<title>Parley</title>')])
      const preflight = { method: 'OPTIONS', headers: { Origin: origin, 'Access-Control-Request-Method': 'PUT' } }
      const { headers } = await fetch(`${url}/v1/me`, preflight)
      expect(headers.get('Access-Control-Allow-Origin')).toBe(origin)
    }
  })

  it('prints a curl line that signs in when pasted', async () => {
    const [, line = ''] = dev.output().match(CURL) ?? []
    const { code, stdout } = await run(line, own)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ user: { email: 'ada@example.com' }, session: {} })
  })

  it('does what the README tries first', async () => {
    const [, block = ''] = /In a second terminal:\n\n```sh\n(.*?)```/s.exec(await readFile('README.md', 'utf8')) ?? []
    const { code, stdout, stderr } = await run(`set -e\n${block.replace('http://localhost:8787', url)}`, own)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).not.toContain('urn:parley:problem')
    expect(stdout).toMatch(/"data":\[\{"source":"message".*apple trees/)
  })

  it('answers at localhost and 127.0.0.1, as pages of the same origin see it, and at no address of the network', async () => {
    const resolved = (await lookup('localhost', { all: true })).map(({ address }) => address)
    const hosts = new Set(['localhost', '127.0.0.1', ...resolved.map((host) => (isIPv6(host) ? `[${host}]` : host))])
    for (const host of hosts) {
      const origin = `http://${host}:${ports[0]}`
      expect((await fetch(`${origin}/healthz`)).status).toBe(200)
      const refresh = { method: 'POST', headers: { Origin: origin } }
      // Without a cookie there is nobody to refresh, but the page may ask.
      expect((await fetch(`${origin}/v1/session/refresh`, refresh)).status).toBe(401)
    }
    await expect(fetch(`http://127.0.0.2:${ports[0]}/healthz`)).rejects.toThrow('fetch failed')
  })

  it('prints the warnings of the Worker, such as that a browser drops its cookies', async () => {
    const { status } = await fetch(`http://127.0.0.1:${ports[0]}/v1/session`, {
      method: 'POST',
      headers: { Origin: PAGE, 'Content-Type': 'application/json' },
      body: JSON.stringify({ transport: 'cookie', accessToken: firstToken.trim(), refreshToken: 'any' }),
    })
    expect(status).toBeLessThan(300)
    await dev.printed(/^\{"level":"warn","event":"cookies_dropped",.*between localhost and 127\.0\.0\.1/m)
  })

  it('prints what clients have to know, and writes it for shells and for node --env-file', async () => {
    const expected = [
      `PARLEY_API_URL='${url}'`,
      expect.stringMatching(new RegExp(`^PARLEY_ISSUER='http://127.0.0.1:${ports[2]}/\\w+'$`)),
      expect.stringMatching(/^PARLEY_CLIENT_ID='\w+'$/),
    ]
    const lines = (await readFile(join(dataDir, 'env'), 'utf8')).trim().split('\n')
    expect(lines).toEqual(expected)
    await expect.poll(() => dev.output()).toContain(`What clients have to know is in ${join(dataDir, 'env')}:`)
    await expect.poll(() => dev.output().split('\n')).toEqual(expect.arrayContaining(lines.map((line) => `  ${line}`)))

    const show = `process.env.PARLEY_API_URL + ' ' + process.env.PARLEY_ISSUER + ' ' + process.env.PARLEY_CLIENT_ID`
    const sourced = await run(`set -a; . '${dataDir}/env'; node -p "${show}"`, own)
    const loaded = await run(`node --env-file='${dataDir}/env' -p "${show}"`, own)
    expect(sourced.stdout).toBe(loaded.stdout)
    const [apiUrl, issuer, clientId] = loaded.stdout.trim().split(' ')
    expect((await fetch(`${apiUrl}/readyz`)).status).toBe(200)
    const discovery = await fetch(`${issuer}/.well-known/openid-configuration`)
    const { authorization_endpoint: authorize } = (await discovery.json()) as { authorization_endpoint: string }
    const request = { response_type: 'code', client_id: clientId ?? '', redirect_uri: `${PAGE}/callback` }
    const login = await fetch(`${authorize}?${new URLSearchParams(request)}`)
    expect(await login.text()).toContain('<h1>Sign in</h1>')
  })

  it.each(['localhost', '127.0.0.1'])(
    'takes pages of Vite at %s, with cookies that every browser keeps',
    async (host) => {
      const headers = { Origin: `http://${host}:5173`, 'Content-Type': 'application/json' }
      const body = JSON.stringify({ transport: 'cookie', accessToken: firstToken.trim(), refreshToken: 'any' })
      const response = await fetch(`http://${host}:${ports[0]}/v1/session`, { method: 'POST', headers, body })
      expect(response.status).toBeLessThan(300)
      expect(response.headers.get('Access-Control-Allow-Credentials')).toBe('true')
      expect(response.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^parley-dev-access=.*; HttpOnly; SameSite=Strict$/),
        expect.stringMatching(/^parley-dev-refresh-.*; HttpOnly; SameSite=Strict$/),
      ])
      expect(response.headers.getSetCookie().join()).not.toContain('Secure')
    },
  )

  it('keeps what may hold a password from other users of the machine', async () => {
    for (const file of ['running.json', 'worker.env']) {
      expect((await stat(join(dataDir, file))).mode & 0o077).toBe(0)
    }
  })

  it('refuses to run twice on the same data', async () => {
    const second = await run('npm run dev', { ...own, ...portVariables(await freePorts(3)) })
    expect(second.code).toBe(1)
    expect(second.stderr).toContain(`Parley runs on this data already: ${url}`)
  })

  it.each(['PORT', 'NEON_PORT', 'COGNITO_PORT', 'CHAT_PORT'])('says when %s is in use', async (variable) => {
    const other = await mkdtemp(join(tmpdir(), 'parley-dev-'))
    const taken = await occupy(0)
    const free = { PORT: '0', NEON_PORT: '0', COGNITO_PORT: '0', CHAT_PORT: '0', PARLEY_DATA: other }
    const port = portOf(taken)
    const { code, stderr } = await run('npm run dev', { ...free, [variable]: String(port) })
    const left = await readdir(other)
    taken.close()
    await rm(other, { recursive: true })
    expect(code).toBe(1)
    expect(stderr).toContain(`Port ${port} is in use. Stop what listens there, or set ${variable} to another port.`)
    expect(left).toEqual([])
  })

  it('says when a port is none', async () => {
    const { code, stderr } = await run('npm run dev', { ...own, PORT: 'eight' })
    expect([code, stderr]).toEqual([1, 'PORT=eight is not a port.\n'])
  })
})

describe('npm run token', () => {
  it('prints a token and nothing else, of the same user at each use', async () => {
    const { stdout } = await run(`${TOKEN} ada@example.com`, own)
    expect(firstToken).toMatch(JUST_A_TOKEN)
    expect(stdout).toMatch(JUST_A_TOKEN)
    expect(decodeJwt(stdout).sub).toBe(decodeJwt(firstToken).sub)
  })

  it('printed before the start is good afterwards', async () => {
    const headers = { Authorization: `Bearer ${firstToken.trim()}` }
    expect((await fetch(`${url}/v1/session`, { method: 'POST', headers })).ok).toBe(true)
  })

  it.each([
    ['', 'Say for whom'],
    ['ada', '"ada" is not an e-mail address.'],
  ])('for %j says what is wrong', async (email, message) => {
    const { code, stdout, stderr } = await run(`${TOKEN} ${email}`, own)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(message)
  })
})

describe('beside a running stack', () => {
  it('db:seed fills its database, once', async () => {
    const first = await run('npm run --silent db:seed', own)
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toContain(`Seeding the database of ${url}`)
    const { data } = await conversationsOf('yuki@example.com')
    expect(data.map(({ title }) => title)).toContain('How to translate 木漏れ日')
    const second = await run('npm run --silent db:seed', own)
    expect(second.stdout.match(/all there/g)).toHaveLength(5)
    expect(await conversationsOf('yuki@example.com')).toEqual({ data, nextCursor: null })
  })

  it.each(['migrate', 'push', 'studio'])('db:%s says why it cannot, and what to do', async (command) => {
    const { code, stderr } = await run(`npm run --silent db:${command}`, own)
    expect(code).toBe(1)
    expect(stderr).toContain(`Parley runs on the data in ${dataDir} (${url}`)
    expect(stderr).toContain('PGlite serves one process only')
  })
})

describe('Ctrl-C', () => {
  it('leaves nothing behind while the stack still starts', async () => {
    const other = await mkdtemp(join(tmpdir(), 'parley-dev-'))
    const starting = start('npm', ['run', 'dev'], { PARLEY_DATA: other, ...portVariables(await freePorts(3)) })
    await starting.printed(/^ +cognito /m)
    // The Worker is the last to start.
    await expect.poll(async () => (await starting.family()).length).toBeGreaterThan(3)
    const family = await starting.family()
    starting.interrupt()
    await starting.ended
    expect(await survivors(family)).toEqual([])
    await rm(other, { recursive: true, force: true })
  })

  it('stops everything, frees the ports, and the next start has the data', async () => {
    await run('npm run --silent db:seed', own)
    const before = await conversationsOf('noor@example.com')
    const family = await dev.family()
    expect(family.length).toBeGreaterThan(2)
    dev.interrupt()
    await dev.ended
    expect(dev.output()).toContain('Stopping …')
    expect(await survivors(family)).toEqual([])
    const reused = await Promise.all(ports.map(occupy))
    await Promise.all(reused.map((server) => new Promise((resolve) => server.close(resolve))))
    expect((await readdir(dataDir)).includes('running.json')).toBe(false)

    dev = await startDev()
    expect(dev.output()).toMatch(/database +PGlite in .*, up to date/)
    expect(await conversationsOf('noor@example.com')).toEqual(before)
  })
})
