import { cloudflareTest } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // The Worker's log: one line a request would bury what the tests say.
    onConsoleLog: (line) => !line.startsWith('{"level"'),
    projects: [
      {
        plugins: [
          cloudflareTest(({ inject }) => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { bindings: inject('bindings') },
          })),
        ],
        test: {
          name: 'api',
          testTimeout: 30_000,
          include: ['test/api/**/*.test.ts'],
          globalSetup: ['test/setup/stack.ts'],
        },
      },
      // In a real browser: only where there is one (`npm run check:pages`).
      { test: { name: 'pages', include: ['test/pages/**/*.test.ts'] } },
      { test: { name: 'stack', testTimeout: 30_000, hookTimeout: 60_000, include: ['test/stack/**/*.test.ts'] } },
    ],
  },
})
