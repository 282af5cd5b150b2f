// What the store that is replaced knows of the time since the copy: recovery codes used, keys revoked, how late it was.
// It must not take a store that was made anew for one that came after the copy.

import type { Database } from 'better-sqlite3'

export type UsedSince = {
  /** By the set's id and the code's selector. */
  recoveryCodes: readonly { factorId: string; selector: string }[]
  /** Ids of the factors that are there: one that was replaced or removed since is not. */
  factors: ReadonlySet<string>
  /** Ids of the API keys that are there, revoked ones too. */
  keys: ReadonlySet<string>
  revokedKeys: readonly { id: string; at: number }[]
  newestAt: number
}

export function newestTime(client: Database): number {
  const text =
    'select max(at) from (select max(at) as at from events union all select max(created_at) from verifications)'
  return Number(client.prepare(text).pluck().get() ?? 0)
}

/** Of the newest, retention and erasures leave some. */
const MAX_COMPARED = 1_000

const column = (client: Database, text: string, ...values: unknown[]) =>
  client
    .prepare(text)
    .pluck()
    .all(...values) as string[]

const EVENT = "seq || ' ' || at || ' ' || type || ' ' || details"

/** A service that was started on an empty volume has made a store that knows nothing of what the copy holds. */
function isSuccessor(replaced: Database, copy: Database, known: readonly ReadonlySet<string>[]) {
  const ids = column(copy, 'select id from factors union all select id from api_keys')
  if (ids.some((id) => known.some((one) => one.has(id)))) return true
  const newest = column(copy, `select ${EVENT} from events order by seq desc limit ?`, MAX_COMPARED)
  // Nothing was in it: whatever came since, nothing can be good again.
  if (newest.length === 0 && ids.length === 0) return true
  const find = replaced.prepare(`select ${EVENT} from events where seq = ?`).pluck()
  return newest.some((event) => find.get(Number.parseInt(event, 10)) === event)
}

/** Undefined where it cannot tell: damaged, of a version that keeps these elsewhere, or of another history. */
export function readUsedSince(replaced: Database, copy: Database): UsedSince | undefined {
  try {
    const factors = new Set(column(replaced, 'select id from factors'))
    const keys = new Set(column(replaced, 'select id from api_keys'))
    if (!isSuccessor(replaced, copy, [factors, keys])) return undefined // mutant: C72.new-store-unasked
    const all = (text: string) => replaced.prepare(text).all()
    return {
      newestAt: newestTime(replaced),
      factors,
      keys,
      recoveryCodes: all(
        `select f.id as factorId, r.selector from recovery_codes r join factors f on f.seq = r.factor_seq
         where r.used_at is not null`,
      ) as { factorId: string; selector: string }[],
      revokedKeys: all(
        'select id, revoked_at as at from api_keys where revoked_at is not null',
      ) as { id: string; at: number }[],
    }
  } catch {
    return undefined
  }
}
