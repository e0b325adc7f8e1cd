/**
 * What drizzle-zod uses of zod, in the bundle's place of `zod/v4` (`[alias]` in wrangler.toml). drizzle-zod hands the
 * namespace on as a value, which keeps everything in it: 264 KiB of error messages in 50 languages among other things
 * (docs/decisions/013-bundle.md).
 */
export * as z from './zod-namespace.ts'
