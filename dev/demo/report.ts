let steps = 0

/** Opens a step of the tour. */
export function step(title: string): void {
  steps += 1
  console.log(`\n${steps}. ${title}`)
}

/** One line under the step. */
export const say = (line: string): void => console.log(`   ${line}`)

/** Ends the tour where something isn't as it should be. */
export function expect(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`Not as expected: ${what}`)
}

/** At most so long, in one line. */
export function shorten(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > length ? `${line.slice(0, length - 1)}…` : line
}
