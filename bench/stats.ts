/** The middle of the values, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** `0.512 ms` */
export const milliseconds = (value: number, digits = 2): string => `${value.toFixed(digits)} ms`

/** `1.62×` */
export const ratio = (value: number, base: number): string => `${(value / base).toFixed(2)}×`
