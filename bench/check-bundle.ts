import { bundleParley } from './bundle.ts'
import { reportBundle } from './size.ts'

if (!reportBundle(await bundleParley())) {
  console.error('The bundle is over its budget (bench/budget.ts).')
  process.exitCode = 1
}
