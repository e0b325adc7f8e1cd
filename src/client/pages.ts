/** One page of a list. */
export interface Page<T> {
  data: T[]
  /** For the page after it; null at the end. A page may be short, or empty, before that. */
  nextCursor: string | null
}

/** A list: nothing is asked for before it is read, and no page before it is needed. */
export interface Pages<T> extends AsyncIterable<T> {
  /** The first page, from the query's `cursor` on: for lists that are loaded page by page. */
  page(): Promise<Page<T>>
  pages(): AsyncIterable<Page<T>>
  /** Everything, of however many pages. */
  toArray(): Promise<T[]>
}

/** @param read gets one page; undefined is the first */
export function createPages<T>(read: (cursor?: string) => Promise<Page<T>>): Pages<T> {
  async function* pages() {
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page: Page<T> = await read(cursor)
      yield page
      cursor = page.nextCursor
    }
  }
  async function* each() {
    for await (const { data } of pages()) yield* data
  }
  return {
    page: () => read(),
    pages,
    async toArray() {
      const all: T[] = []
      for await (const { data } of pages()) all.push(...data)
      return all
    },
    [Symbol.asyncIterator]: each,
  }
}

/** A list's query. `metadata` may be the object itself. */
export type QueryOf<Query> = Omit<Query, 'metadata'> & { metadata?: Record<string, unknown> | string | undefined }

interface ListQuery {
  cursor?: string | undefined
  metadata?: Record<string, unknown> | string | undefined
}

/** The query of one page: of the first one without a cursor. */
export function pageOf<Query extends ListQuery>(
  query?: Query,
  cursor?: string,
): Query & { metadata?: string | undefined } {
  const { metadata } = query ?? {}
  const text = typeof metadata === 'object' ? JSON.stringify(metadata) : metadata
  return { ...query, ...(cursor !== undefined && { cursor }), metadata: text } as ReturnType<typeof pageOf<Query>>
}
