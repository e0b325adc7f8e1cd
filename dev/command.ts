import { describeFailure } from './failure.ts'

/** Runs a command of the terminal. What it fails with is printed without a stack, and the exit code is 1. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => {
    console.error(describeFailure(error))
    process.exitCode = 1
  })
}
