/** What the deployed Worker may weigh, gzipped, in bytes. */
export const BUNDLE_BUDGET = 244 * 1024
