import { bundleWorker } from './bundle.ts'
import { inTemporaryDirectory } from './files.ts'
import { reportBundle } from './size.ts'

const fits = await inTemporaryDirectory(async (directory) => reportBundle(await bundleWorker(directory)))
if (!fits) {
  console.error('The bundle is over its budget (bench/budget.ts).')
  process.exitCode = 1
}
