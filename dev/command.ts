/** Runs a command of the terminal. What it fails with is printed in one line, without a stack, and the exit code is 1. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => {
    console.error(describe(error))
    process.exitCode = 1
  })
}

/** Node's error for a host with several addresses says nothing by itself; its code does. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message || ('code' in error && String(error.code)) || error.name
}
