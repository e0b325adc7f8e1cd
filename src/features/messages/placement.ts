/** A message to append, as far as its place goes. */
interface Unplaced {
  id: string
  /** Undefined: behind the one before, the first behind the active leaf. Null: a beginning of its own. */
  parentId?: string | null | undefined
}

/** A stretch of one branch. What it hangs on is only known to the database, unless it is in the same batch. */
export interface Run {
  run: number
  kind: 'leaf' | 'root' | 'message' | 'batch'
  /** Of kind `message`. */
  parent: string | null
}

/** Where a message goes, as far as the batch tells. */
export interface Place {
  /** 1, 2, 3 … in the batch. */
  position: number
  run: number
  /** The run that hangs on something outside of the batch, and how many messages this one is below that. */
  base: number
  below: number
  /** The parent, where it is in the batch. */
  parent: string | null
}

/** Cuts a batch into stretches of branches: whoever is the first to follow a message goes on with its branch. */
export function placeMessages(news: readonly Unplaced[]): { places: Place[]; runs: Run[] } {
  const places: Place[] = []
  const runs: Run[] = []
  const indexOf = new Map<string, number>()
  const unfollowed = new Set<number>()
  const begin = (kind: Run['kind'], parent: string | null = null) => runs.push({ run: runs.length + 1, kind, parent })

  for (const [index, { id, parentId }] of news.entries()) {
    const before = parentId === undefined ? index - 1 : (indexOf.get(parentId ?? '') ?? -1)
    const parent = places[before]
    if (parent) {
      const run = unfollowed.delete(before) ? parent.run : begin('batch')
      const { base, below } = parent
      places.push({ position: index + 1, run, base, below: below + 1, parent: news[before]?.id ?? null })
    } else {
      const run =
        parentId === undefined ? begin('leaf') : parentId === null ? begin('root') : begin('message', parentId)
      places.push({ position: index + 1, run, base: run, below: 1, parent: null })
    }
    unfollowed.add(index)
    indexOf.set(id, index)
  }
  return { places, runs }
}
