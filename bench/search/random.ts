/** Numbers in [0, 1), the same at every run: Mulberry32, a public-domain generator of Tommy Ettinger. */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Nearly normal: four uniform numbers, added up. Variance 1. */
export const normal = (random: () => number): number => (random() + random() + random() + random() - 2) * Math.sqrt(3)

/** Any order, in place. */
export function shuffle<T>(items: T[], random: () => number): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const [a, b] = [items[i], items[j]] as [T, T]
    items[i] = b
    items[j] = a
  }
  return items
}

/** A UUID of the generator's: runs with the same seed make the same ones. */
export function uuidOf(random: () => number): string {
  const digits = Array.from({ length: 8 }, () =>
    Math.floor(random() * 0x10000)
      .toString(16)
      .padStart(4, '0'),
  )
  const [a, b, c, d, e, f, g, h] = digits
  return `${a}${b}-${c}-4${d?.slice(1)}-a${e?.slice(1)}-${f}${g}${h}`
}
