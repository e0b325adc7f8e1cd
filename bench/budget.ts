/** What the deployed Worker may weigh, gzipped, in bytes. */
export const BUNDLE_BUDGET = 240 * 1024
