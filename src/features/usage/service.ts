import type { Caller } from '../../auth/caller.ts'
import type { Deps } from '../../deps.ts'
import { QUOTAS } from '../../env.ts'
import { fail, ok, type Result } from '../../result.ts'
import { createUsageRepository } from './repository.ts'
import type { QuotaUsage } from './schemas.ts'

/** What the caller has, and may have. */
export function createUsageService({ quotas }: Pick<Deps, 'quotas'>) {
  return {
    async get({ db, userId }: Caller): Promise<Result<QuotaUsage['data']>> {
      const [used, error] = await createUsageRepository(db, userId).get()
      if (error) return fail(error)
      return ok(
        QUOTAS.map((quota) => ({
          quota,
          used: used[quota],
          limit: quotas[quota],
          resetsAt: quota === 'embeddedTokens' ? used.midnight : null,
        })),
      )
    },
  }
}
