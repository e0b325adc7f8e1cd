/** A statement as Neon's driver posts it. */
export interface Posted {
  query: string
  params: unknown[]
}

/** What became of one statement. */
export interface Stripped {
  query: string
  /** Parameters that hold the asker's id. */
  named: number
  /** Of those, the ones that were compared with a column, and no longer are. */
  removed: number
  /** And those that an insert writes as its first column, which is the owner's. */
  written: number
  /** And those that a function of `app` gets as its owner: `withoutOwnerChecks` takes out what it compares with them. */
  passed: number
}

/**
 * Takes the application's owner filters out of a batch: each comparison of a column with a parameter that holds the
 * asker's id becomes true. The asker is whom the batch's first statement names, and that statement stays: row-level
 * security goes by it. What an insert writes stays, and so do joins of two columns: they name nobody.
 *
 * @param log gets an entry for each statement behind the first
 */
export function stripOwner([preamble, ...statements]: Posted[], log: Stripped[]): Posted[] {
  if (!preamble) return []
  const [asker] = preamble.params
  return [
    preamble,
    ...statements.map(({ query, params }) => {
      const isAsker = (n: string | undefined) => params[Number(n) - 1] === asker
      let removed = 0
      // Postgres wants each parameter used and typed, so that it stays in a comparison that always holds.
      const stripped = query.replaceAll(/(?:"?\w+"?\.)?"?\w+"? = \$(\d+)\b(?:::uuid)?/g, (all, n: string) => {
        if (!isAsker(n)) return all
        removed += 1
        return `($${n}::uuid is not null)`
      })
      const written = [...stripped.matchAll(/(?:values \(|select )\$(\d+)\b(?:::uuid)?(?: as user_id)?,/g)].filter(
        ([, n]) => isAsker(n),
      )
      const passed = [...stripped.matchAll(/\bapp\.\w+\(\$(\d+)\b/g)].filter(([, n]) => isAsker(n))
      const named = params.filter((value) => value === asker).length
      log.push({ query: stripped, named, removed, written: written.length, passed: passed.length })
      return { query: stripped, params }
    }),
  ]
}

/**
 * Whether a stripped statement could still have a filter of the application's: it reads or writes one of `tables`
 * without naming the asker, or uses the asker's id for more than the comparisons taken out and what it inserts.
 */
export function isDoubtful({ query, named, removed, written, passed }: Stripped, tables: readonly string[]): boolean {
  const touches = new RegExp(`\\b(from|join|into|update|using)\\s+"?(${tables.join('|')})\\b`, 'i').test(query)
  return named !== removed + written + passed || (touches && named === 0)
}
