import journal from '../../../migrations/meta/_journal.json' with { type: 'json' }

/** The newest migration that this Worker was built with; `when` is what the database's own journal calls it. */
export const NEWEST_MIGRATION: { tag: string; when: number } = journal.entries.reduce((a, b) =>
  b.when > a.when ? b : a,
)
