import { cloudflareTest } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [
          cloudflareTest(({ inject }) => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { bindings: inject('bindings') },
          })),
        ],
        test: { name: 'api', include: ['test/api/**/*.test.ts'], globalSetup: ['test/setup/stack.ts'] },
      },
      { test: { name: 'stack', include: ['test/stack/**/*.test.ts'] } },
    ],
  },
})
