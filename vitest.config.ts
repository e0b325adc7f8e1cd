import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { cloudflareTest } from '@cloudflare/vitest-pool-workers'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

/** What is slow and rarely breaks: a test with `{ tags: 'slow' }`, or a file that says `@module-tag slow` in a comment. */
const SLOW = 'slow'
const files = (await Array.fromAsync(glob('test/{api,stack}/**/*.test.ts', { cwd: import.meta.dirname }))).map(
  (name) => {
    const text = readFileSync(join(import.meta.dirname, name), 'utf8')
    const whole = text.includes(`@module-tag ${SLOW}`)
    return { name, whole, some: whole || text.includes(`tags: '${SLOW}'`) }
  },
)

/** The tests of a folder in two projects: its quick ones under its own name, and those that are slow. */
const project = (name: 'api' | 'stack', { test, ...rest }: TestProjectInlineConfiguration) =>
  ([name, `slow-${name}`] as const).map((title) => {
    const slow = title !== name
    const chosen = files.filter((file) => file.name.startsWith(`test/${name}/`) && (slow ? file.some : !file.whole))
    return {
      ...rest,
      plugins: [...(rest.plugins ?? []), onlyTagged(slow ? SLOW : `!${SLOW}`)],
      test: {
        ...test,
        name: title,
        include: chosen.map((file) => file.name),
        tags: [{ name: SLOW, timeout: 120_000 }],
        // Most of a run was starting a workerd for each file of `test/api`, and loading all modules anew. In Node a file is soon
        // loaded, and some change the parsers of node-postgres.
        isolate: name === 'stack',
        // One after the other: a sweep takes the jobs of every test that shares its database.
        fileParallelism: name === 'stack',
        sequence: { groupOrder: name === 'stack' ? 1 : 0 },
        // What one test has replaced the next one finds as it was.
        restoreMocks: true,
        unstubEnvs: true,
      },
    }
  })

/** Vitest knows a filter of tags for a whole run only; here each project has its own. */
const onlyTagged = (filter: string): NonNullable<TestProjectInlineConfiguration['plugins']>[number] => ({
  name: 'parley:only-tagged',
  configureVitest: ({ project: { config } }) => void (config.tagsFilter = [filter]),
})

export default defineConfig({
  test: {
    // What runs in Node has a PGlite in each file.
    maxWorkers: 2,
    // The Worker's log: one line a request would bury what the tests say.
    onConsoleLog: (line) => !line.startsWith('{"level"'),
    projects: [
      ...project('api', {
        plugins: [
          cloudflareTest(({ inject }) => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { bindings: inject('bindings') },
          })),
        ],
        test: { testTimeout: 30_000, globalSetup: ['test/setup/templates.ts', 'test/setup/stack.ts'] },
      }),
      ...project('stack', {
        test: {
          testTimeout: 30_000,
          hookTimeout: 60_000,
          globalSetup: ['test/setup/templates.ts'],
          // Each has a PGlite of its own, for a few seconds: optimizing it takes longer.
          execArgv: ['--liftoff-only'],
        },
      }),
      // In a real browser: only where there is one (`npm run check:pages`).
      { test: { name: 'pages', include: ['test/pages/**/*.test.ts'] } },
    ],
  },
})
