import type { Caller } from '../../auth/caller.ts'
import type { RequestKey } from '../../request-key.ts'
import { createVectorRepository } from './repository.ts'
import type { VectorCreate, VectorSearch } from './schemas.ts'

const of = ({ db, userId }: Caller) => createVectorRepository(db, userId)

/** The vectors of the caller. */
export function createVectorService() {
  return {
    /**
     * Stores a vector; tied to a message it takes the place of the one that the message has. With the same `requestKey` again,
     * what was stored then. `not_found` where the caller has no such message, `conflict` where the id exists.
     */
    create: (caller: Caller, vector: VectorCreate, requestKey?: RequestKey | null) =>
      of(caller).create(vector, requestKey),
    /** The nearest first. `mixed_models` where no model is named, and Parley used several. */
    search: (caller: Caller, search: VectorSearch) => of(caller).search(search),
  }
}
