import { createRequire } from 'node:module'

/** The script that finds what a page withholds from people with disabilities. */
export const axeScript = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
