import { readQuery } from '../../../src/features/search/query.ts'
import type { SearchFilter } from '../../../src/features/search/schemas.ts'
import type { Search } from '../../../src/features/search/sql/statement.ts'

type Asked = Pick<Search, 'limit'> & { vector?: Search['vector']; text?: string; filter?: SearchFilter }

/** A search by meaning, by words or by both, as the service asks it of the repository. */
export const search = ({ vector = null, text, limit, filter = {} }: Asked): Search => ({
  mode: text === undefined ? 'semantic' : vector ? 'hybrid' : 'keyword',
  words: text === undefined ? null : { ...readQuery(text), prefix: false, all: false },
  floor: null,
  vector,
  model: 'test',
  sources: ['message', 'document'],
  filter,
  threshold: undefined,
  limit,
  groupBy: undefined,
  context: 0,
  fusion: { method: 'score', k: 60, weights: {} },
  after: null,
  marked: true,
})
