/** Chance that repeats itself: the same seed, the same throws. */
export interface Dice {
  /** 0 … n − 1. */
  int(n: number): number
  /** True in `percent` of 100 throws. */
  chance(percent: number): boolean
  pick<T>(from: readonly T[]): T | undefined
  uuid(): string
}

/** mulberry32. */
export function createDice(seed: number): Dice {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (n: number) => Math.floor(next() * n)
  return {
    int,
    chance: (percent) => next() * 100 < percent,
    pick: (from) => from[int(from.length)],
    uuid: () => {
      const hex = Array.from({ length: 32 }, () => int(16).toString(16)).join('')
      return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5')
    },
  }
}
