/**
 * How long a claimed job is its claimer's, in seconds: longer than the slowest answer that anybody waits for. When nobody has settled
 * it by then, somebody else may take it.
 */
export const LEASE_SECONDS = 120

/** After so many attempts a job is given up: some three and a half hours after the first one. */
export const MAX_ATTEMPTS = 12

const FIRST_DELAY_MS = 5_000
const LONGEST_DELAY_MS = 3_600_000

/** How long a job waits after so many failed attempts, in milliseconds: twice as long each time, up to an hour. */
export const retryDelay = (attempts: number): number =>
  jittered(Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - 1)))

/** Anything from half of it to all of it, so that what failed together does not come back together. */
export const jittered = (milliseconds: number): number => milliseconds / 2 + (Math.random() * milliseconds) / 2
