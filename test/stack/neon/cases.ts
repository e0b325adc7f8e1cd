/** One statement that is sent both ways. */
export interface Case {
  title: string
  query: string
  params?: unknown[]
  /** Run by the owner before each of the two, so that both meet the same database. */
  before?: string[]
}
