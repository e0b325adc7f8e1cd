import type { Branch } from './sql/branches.ts'

/** A message by its place. */
export interface Placed {
  id: string
  branch: number
  depth: number
}

/** A leaf that can be reached from a depth of a branch or from above; the one with the greatest rank is chosen. */
interface Candidate {
  id: string
  depth: number
  rank: number
}

const ACTIVE = Number.POSITIVE_INFINITY
const betterOf = (a: Candidate | undefined, b: Candidate): Candidate => (a && a.rank >= b.rank ? a : b)

/**
 * @param branches all of a conversation
 * @returns which leaf lies below a message: the active one where it does, else the one written last. The message itself where
 *   nothing is left below it.
 */
export function leafFinder(branches: readonly Branch[]): (message: Placed) => string {
  const candidates = new Map(branches.map((branch) => [branch.branch, ownLeaves(branch)]))
  for (const { branch, fromBranch, fromDepth } of fromTheTips(branches)) {
    const best = candidates.get(branch)?.reduce<Candidate | undefined>(betterOf, undefined)
    if (best && fromBranch !== null && fromDepth !== null) {
      candidates.get(fromBranch)?.push({ ...best, depth: fromDepth })
    }
  }
  return ({ id, branch, depth }) => {
    const below = candidates.get(branch)?.filter((candidate) => candidate.depth >= depth) ?? []
    return below.reduce<Candidate | undefined>(betterOf, undefined)?.id ?? id
  }
}

const ownLeaves = ({ last, active }: Branch): Candidate[] => [
  ...(last ? [{ id: last.id, depth: last.depth, rank: last.seq }] : []),
  ...(active ? [{ id: active.id, depth: active.depth, rank: ACTIVE }] : []),
]

/** Each branch after all that hang on it. An import may have numbered them in any order. */
function fromTheTips(branches: readonly Branch[]): Branch[] {
  const children = Map.groupBy(branches, ({ fromBranch }) => fromBranch)
  const ordered = [...(children.get(null) ?? [])]
  // Grows while it is walked.
  for (const { branch } of ordered) ordered.push(...(children.get(branch) ?? []))
  return ordered.toReversed()
}
