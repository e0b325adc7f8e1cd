import { expect } from 'vitest'
import type { TestUser } from './harness.ts'
import { type Found, type Hit, search } from './helpers.ts'

/** Reciprocal rank fusion, as the API describes it. */
export const fusedByRank = ({ scoring }: Hit, k = 60, semantic = 1, keyword = 1) =>
  (scoring.semanticPosition === null ? 0 : semantic / (k + scoring.semanticPosition)) +
  (scoring.keywordPosition === null ? 0 : keyword / (k + scoring.keywordPosition))

/** Fusion by scores, as the API describes it: of a hit among all that there are. */
export function fusedByScore({ scoring }: Hit, all: readonly Hit[], semantic = 0.3, keyword = 0.7): number {
  const share = (of: (hit: Hit) => number | null, own: number | null) =>
    Math.max(own ?? 0, 0) / (Math.max(...all.map((hit) => of(hit) ?? 0)) || 1)
  return (
    semantic * share((hit) => hit.scoring.similarity, scoring.similarity) +
    keyword * share((hit) => hit.scoring.keywordRank, scoring.keywordRank)
  )
}

/** The best first, of equal ones the newest. */
export const byScore = (a: Hit, b: Hit) =>
  b.score - a.score || b.createdAt.localeCompare(a.createdAt) || (a.id < b.id ? 1 : -1)

/** All hits of a search, page by page. */
export async function pages(user: TestUser, body: object, limit: number): Promise<Hit[]> {
  const all: Hit[] = []
  let cursor: string | null = null
  do {
    const page: Found = await search(user, { ...body, limit, ...(cursor && { cursor }) })
    if (page.nextCursor) expect(page.data).toHaveLength(limit)
    all.push(...page.data)
    expect(page.nextCursor).not.toBe(cursor ?? '')
    cursor = page.nextCursor
  } while (cursor)
  return all
}
