/** Users who have used up their tokens of today, as far as this isolate knows. */
export interface SpentBudgets {
  has: (userId: string) => boolean
  note: (userId: string) => void
}

const DAY_MS = 86_400_000
const REMEMBERED = 1000

/** Forgets all of them at midnight, in UTC, and of many those that were noted first. */
export function createSpentBudgets(now: () => number = Date.now): SpentBudgets {
  const today = () => Math.floor(now() / DAY_MS)
  const spent = new Map<string, number>()
  return {
    has: (userId) => spent.get(userId) === today(),
    note(userId) {
      spent.delete(userId)
      spent.set(userId, today())
      const [oldest] = spent.keys()
      if (spent.size > REMEMBERED && oldest !== undefined) spent.delete(oldest)
    },
  }
}
