// Voids everything that an old copy would make valid again: open verifications, time steps, recovery codes, sessions, keys.
// It must run before any service opens the copy, and must not take a store that was made later for the copy's successor.

import type { Database } from 'better-sqlite3'
import type { Actor } from '../../kernel/actor.ts'
import { createApplyChange } from './change.ts'
import { createEndings } from './ending.ts'
import { createEventWriter } from './event-rows.ts'
import { createOrm } from './orm.ts'
import { createStepWriter } from './steps.ts'
import { createTries } from './tries.ts'

/** What the store that is replaced knows of the time since the copy. */
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
  // Nothing was in it: whatever came since, nothing can become valid again.
  if (newest.length === 0 && ids.length === 0) return true
  const find = replaced.prepare(`select ${EVENT} from events where seq = ?`).pluck()
  return newest.some((event) => find.get(Number.parseInt(event, 10)) === event)
}

/** Undefined where it is not known: damaged, of a version that keeps these elsewhere, or of another history. */
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

/**
 * Codes of steps that are accepted before their time, too: TOTP_WINDOW is 2 at the most. A code of any step until
 * then may have been used already.
 */
const STEPS_AHEAD = 2

export type Voided = {
  verifications: number
  apps: number
  /** Ids of apps that were removed since and are back; null: nobody knows. They may be what the restore is for. */
  appsBack: readonly string[] | null
  recoveryCodes: number
  apiKeys: number
  /** Ids of keys that the store before did not know; null: nobody knows. One may have been revoked in a store before it. */
  keysBack: readonly string[] | null
  adminSessions: number
}

export type VoidOptions = {
  now: number
  /** Whom the log names as the actor. */
  keyId: string
  /** Undefined: nobody knows which codes were used since. */
  since: UsedSince | undefined
  /** Where nobody knows: leave them valid anyway. */
  keepRecoveryCodes: boolean
}

const VOID_CODE =
  'update recovery_codes set used_at = @now, hash_sealed = null where used_at is null'
const idsOf = (client: Database, type: string) =>
  client.prepare('select id from factors where type = ?').pluck().all(type) as string[]
const SET = 'factor_seq = (select seq from factors where id = @id)'

function endPending(client: Database, { now, keyId }: VoidOptions): number {
  const orm = createOrm(client)
  const appendEvent = createEventWriter(orm)
  const writeSteps = createStepWriter(orm, appendEvent)
  const { apply } = createApplyChange(orm, appendEvent, createTries(orm), writeSteps)
  const endings = createEndings(orm, apply)
  const pending = client
    .prepare("select seq, service from verifications where status = 'pending'")
    .all() as { seq: number; service: string }[]
  for (const row of pending) {
    const actor: Actor = { service: row.service, keyId, clientIp: null, userAgent: null }
    endings.end(row, 'canceled', now, actor) // mutant: C72.void-open
  }
  // Of nothing that is open any more.
  client.exec('delete from codes')
  return pending.length
}

/** Up to now every step counts as used, and those that a fast clock shows, too. */
function useSteps(client: Database, now: number): number {
  return client // mutant: C72.steps-used-now
    .prepare(
      `update factors set last_step = max(last_step, cast(@now / 1000 / period as integer) + ${STEPS_AHEAD})
       where type = 'totp' and period > 0`,
    )
    .run({ now }).changes
}

function voidRecoveryCodes(client: Database, options: VoidOptions): number {
  const { now, since, keepRecoveryCodes } = options
  if (!since) return keepRecoveryCodes ? 0 : client.prepare(VOID_CODE).run({ now }).changes // mutant: C72.void-unknown-use
  let count = 0
  const voidOne = client.prepare(`${VOID_CODE} and ${SET} and selector = @selector`)
  for (const { factorId: id, selector } of since.recoveryCodes)
    count += voidOne.run({ now, id, selector }).changes // mutant: C72.carry-used-codes
  const voidSet = client.prepare(`${VOID_CODE} and ${SET}`)
  for (const id of idsOf(client, 'recovery_codes'))
    if (!since.factors.has(id)) count += voidSet.run({ now, id }).changes // mutant: C72.void-replaced-sets
  return count
}

function appsBack(client: Database, since: UsedSince | undefined): string[] | null {
  if (!since) return null
  return idsOf(client, 'totp').filter((id) => !since.factors.has(id))
}

function revokeKeys(client: Database, since: UsedSince | undefined): number {
  const revoke = client.prepare(
    'update api_keys set revoked_at = @at where id = @id and revoked_at is null',
  )
  return (since?.revokedKeys ?? []).reduce((count, key) => count + revoke.run(key).changes, 0)
}

function keysBack(client: Database, since: UsedSince | undefined): string[] | null {
  if (!since) return null
  const good = client.prepare('select id from api_keys where revoked_at is null').pluck()
  return (good.all() as string[]).filter((id) => !since.keys.has(id)) // mutant: C72.unknown-keys-named
}

/** One transaction: all of it, or nothing. */
export function voidCopy(client: Database, options: VoidOptions): Voided {
  return client
    .transaction(() => ({
      verifications: endPending(client, options),
      apps: useSteps(client, options.now),
      appsBack: appsBack(client, options.since),
      recoveryCodes: voidRecoveryCodes(client, options),
      apiKeys: revokeKeys(client, options.since), // mutant: C72.carry-revoked-keys
      keysBack: keysBack(client, options.since),
      adminSessions: client.prepare('delete from admin_sessions').run().changes,
    }))
    .immediate()
}
