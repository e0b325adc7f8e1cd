import { expect, it } from 'vitest'
import { bundleParley } from '../../../bench/bundle.ts'

it('The Worker’s bundle has nothing of the local stack, the example chat or the client package', async () => {
  const { inputs } = await bundleParley()
  const own = [...inputs.keys()]
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.includes('node_modules/'))
  expect(own).toContain('src/app.ts')
  expect(own.filter((path) => /(^|\/)(dev|test|bench)\/|src\/client\//.test(path))).toEqual([])
  expect(
    [...inputs.keys()].filter((path) => /node_modules\/(react|react-dom|@ai-sdk|ai|oidc-client-ts)\//.test(path)),
  ).toEqual([])
})
