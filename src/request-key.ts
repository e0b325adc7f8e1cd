/** A request that creates and may come twice: what its `Idempotency-Key` says. */
export interface RequestKey {
  readonly key: string
  /** SHA-256 of method, target and body, in base64url. */
  readonly digest: string
  /** Tells this request from its repetitions, which have the same key and digest. */
  readonly by: string
  /** Set by whoever writes: the answer is the one that an earlier request got, and what follows it is done. */
  replayed: boolean
}
