import { cloudflareTest } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [cloudflareTest({ wrangler: { configPath: './wrangler.toml' } })],
        test: { name: 'api', include: ['test/api/**/*.test.ts'] },
      },
      { test: { name: 'stack', include: ['test/stack/**/*.test.ts'] } },
    ],
  },
})
