// @module-tag slow
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { start, survivors } from './process.ts'

// Settings with which no tour succeeds: the demo must be the same on each machine.
const OF_THE_DEVELOPER = { COGNITO_REQUIRED_SCOPES: 'chat/none', RATE_LIMIT: 'maybe', PARLEY_DEV_VARS: 'no-such-file' }

it(
  'npm run demo goes through the whole tour, whatever the settings, and leaves nothing behind',
  { timeout: 180_000 },
  async () => {
    const temporary = await mkdtemp(join(tmpdir(), 'parley-demo-test-'))
    const demo = start('npm', ['run', 'demo'], { TMPDIR: temporary, ...OF_THE_DEVELOPER })
    await demo.printed(/Two users sign in/)
    const family = await demo.family()
    const code = await demo.ended
    const output = demo.output()
    // What else is there are the caches of npm and wrangler.
    const left = (await readdir(temporary)).filter((name) => name.startsWith('parley'))
    await rm(temporary, { recursive: true })
    expect(output).toContain('All as expected.')
    expect(code).toBe(0)
    const [, right, asked] = /(\d+) of (\d+) right/.exec(output) ?? []
    expect(Number(right) / Number(asked)).toBeGreaterThanOrEqual(0.8)
    expect(output).toMatch(/POST \/v1\/search +\d+ requests, 1 each/)
    expect(await survivors(family)).toEqual([])
    expect(left).toEqual([])
  },
)
