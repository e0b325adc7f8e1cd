// @module-tag slow
import { cp, mkdtemp, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packClient } from '../../../dev/client/pack.ts'

const run = promisify(execFile)
const CHAT = 'dev/chat'
const SETTINGS = {
  PARLEY_API_URL: 'https://api.test',
  PARLEY_ISSUER: 'https://issuer.test/pool',
  PARLEY_CLIENT_ID: 'client',
}

interface Package {
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

const read = async (file: string) => JSON.parse(await readFile(file, 'utf8')) as Package
// It needs no database.
describe.skipIf(process.env.DATABASE_URL)('The example chat', () => {
  let copy: string
  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'parley-copied-chat-'))
    await cp(CHAT, copy, { recursive: true })
    const { tarball } = await packClient(join(copy, 'packed'))
    // As `npm install` of the packed client would leave it, without asking the registry for what is here.
    await mkdir(join(copy, 'node_modules/@parley/client'), { recursive: true })
    await run('tar', ['xzf', tarball, '--strip-components=1', '-C', join(copy, 'node_modules/@parley/client')])
    const { dependencies, devDependencies } = await read(`${CHAT}/package.json`)
    for (const name of [...Object.keys({ ...dependencies, ...devDependencies }), '.bin']) {
      const path = join(copy, 'node_modules', name)
      await mkdir(join(path, '..'), { recursive: true })
      await symlink(resolve('node_modules', name), path)
    }
  })
  afterAll(() => rm(copy, { recursive: true, force: true }))

  it('The example chat has the versions of this repository', async () => {
    const [own, chat] = [await read('package.json'), await read(`${CHAT}/package.json`)]
    const versions = { ...own.dependencies, ...own.devDependencies }
    for (const [name, version] of Object.entries({ ...chat.dependencies, ...chat.devDependencies })) {
      expect([name, version]).toEqual([name, versions[name]])
    }
  })

  it('A copy of the example chat type-checks and builds with the packed client, without an inline script', async () => {
    await run(resolve('node_modules/.bin/tsc'), ['-p', '.'], { cwd: copy })
    const vite = resolve('node_modules/vite/bin/vite.js')
    await run(process.execPath, [vite, 'build', '--logLevel=error'], {
      cwd: copy,
      env: { ...process.env, ...SETTINGS },
    })
    const html = await readFile(join(copy, 'dist/index.html'), 'utf8')
    expect(html).toMatch(/<script type="module" [^>]*src="\/assets\/[\w-]+\.js"><\/script>/)
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style/)
    const script = (await readdir(join(copy, 'dist/assets'))).find((name) => name.endsWith('.js')) ?? ''
    expect(await readFile(join(copy, 'dist/assets', script), 'utf8')).toContain(SETTINGS.PARLEY_ISSUER)
  })
})
