// What an old copy would make good again is made of no use: open verifications, time steps, recovery codes, sessions, keys.
// It must run before any service opens the copy.

import type { Database } from 'better-sqlite3'
import type { Actor } from '../../kernel/actor.ts'
import { drizzle } from './drizzle.ts'
import { createEndings } from './ending.ts'
import { createEventWriter } from './event-rows.ts'
import type { UsedSince } from './used-since.ts'

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
  /** As the log names who did it. */
  keyId: string
  /** Undefined: nobody knows which codes were used since. */
  since: UsedSince | undefined
  /** Where nobody knows: leave them good all the same. */
  keepRecoveryCodes: boolean
}

const VOID_CODE =
  'update recovery_codes set used_at = @now, hash_sealed = null where used_at is null'
const idsOf = (client: Database, type: string) =>
  client.prepare('select id from factors where type = ?').pluck().all(type) as string[]
const SET = 'factor_seq = (select seq from factors where id = @id)'

function endPending(client: Database, { now, keyId }: VoidOptions): number {
  const orm = drizzle(client)
  const endings = createEndings(orm, createEventWriter(orm))
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
