import { expect } from 'vitest'
import type { TestUser } from './harness.ts'
import { type Found, type Hit, search } from './helpers.ts'

/** Reciprocal rank fusion, as the API describes it. */
export const fusedOf = ({ scoring }: Hit, k = 60, semantic = 1, keyword = 1) =>
  (scoring.semanticPosition === null ? 0 : semantic / (k + scoring.semanticPosition)) +
  (scoring.keywordPosition === null ? 0 : keyword / (k + scoring.keywordPosition))

export const byScore = (a: Hit, b: Hit) => b.score - a.score || (a.id < b.id ? -1 : 1)

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
