/** One node of `EXPLAIN (ANALYZE, FORMAT JSON)`, as far as it is looked at. Rows are per loop. */
export interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Index Cond'?: string
  Filter?: string
  'Plan Rows': number
  'Actual Rows': number
  /** 0 where a text plan says `never executed`. */
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  /** Of an index-only scan: how often it had to look into the table after all. */
  'Heap Fetches'?: number
  Plans?: PlanNode[]
}

/** A node and everything below it. */
export const nodesOf = (plan: PlanNode): PlanNode[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

/** Whether the node ran at all. */
export const ran = (node: PlanNode): boolean => node['Actual Loops'] > 0

/** The nodes that read a table, whether they ran or not. */
export const scansOf = (plan: PlanNode, table: string): PlanNode[] =>
  nodesOf(plan).filter((node) => node['Relation Name'] === table && node['Node Type'].endsWith('Scan'))

/** By which index a scan reads its table; null for a sequential one. A bitmap scan names the index below it. */
export const indexOf = (scan: PlanNode): string | null =>
  nodesOf(scan).find((node) => node['Index Name'] !== undefined)?.['Index Name'] ?? null

/** The indexes by which the plan read a table, each once. */
export const waysInto = (plan: PlanNode, table: string): (string | null)[] => [
  ...new Set(scansOf(plan, table).filter(ran).map(indexOf)),
]

/** How many rows a plan looked at, those that a filter threw away included; of all tables or of one. */
export const rowsRead = (plan: PlanNode, table?: string): number =>
  nodesOf(plan)
    .filter((node) => node['Relation Name'] !== undefined && node['Node Type'].endsWith('Scan'))
    .filter((node) => table === undefined || node['Relation Name'] === table)
    .reduce((sum, scan) => sum + scan['Actual Loops'] * (scan['Actual Rows'] + removed(scan)), 0)

/** How many rows were read for nothing. */
export const rowsRemoved = (plan: PlanNode): number =>
  nodesOf(plan).reduce((sum, node) => sum + node['Actual Loops'] * removed(node), 0)

const removed = (node: PlanNode): number =>
  (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)

/** The sorts that ran. */
export const sortsOf = (plan: PlanNode): PlanNode[] =>
  nodesOf(plan).filter((node) => node['Node Type'].endsWith('Sort') && ran(node))
