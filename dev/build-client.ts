import { packClient } from './client/pack.ts'
import { runCommand } from './command.ts'

/** `npm run build:client`: packs `src/client` as `@parley/client` into `dist/`, and prints where it is. */
async function main(): Promise<void> {
  const { tarball, packed } = await packClient('dist')
  console.log(`${tarball}: ${(packed / 1024).toFixed(1)} KiB. Install it with \`npm install ${tarball}\`.`)
}

await runCommand(main)
