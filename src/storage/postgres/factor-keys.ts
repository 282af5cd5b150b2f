// Factors and root keys on PostgreSQL: what lies under which, moved to another key, and removed where a key is lost.
// It must not read every row of a key: counts end at their bound.

import type { FactorStore, RootKeyUse, SealedFactor } from '../../factors/ports.ts'
import type { FactorRecord } from '../../factors/types.ts'
import { toFactorRecord } from '../factor-record.ts'
import { joinUse, MAX_LOOKED_AT, MAX_ROWS, UNDER_KEY_BOUND } from '../root-key-use.ts'
import { sql, texts } from './drizzle.ts'
import type { Query } from './pool.ts'
import { actorJson, camelRow, hex, json, type Raw, rowJson } from './rows.ts'

export const toRecord = (row: Raw): FactorRecord =>
  toFactorRecord(camelRow(row) as Parameters<typeof toFactorRecord>[0])

export const codesJson = (codes: readonly { selector: string; hashSealed: Uint8Array }[]) =>
  json(codes.map(({ selector, hashSealed }) => ({ selector, hash: hex(hashSealed) })))

export function createFactorKeys(
  query: Query,
): Pick<FactorStore, 'notUnder' | 'countNotUnder' | 'rewrap' | 'hasOtherKeys' | 'forget'> {
  return {
    async hasOtherKeys(service, keyIds) {
      // A step through the index for each key, not through its rows.
      // mutant: C65.pg-missing-scoped
      const [row] = await query<{ found: boolean }>(sql`with recursive k as (
          (select key_id from factors order by key_id limit 1)
          union all
          select (select f.key_id from factors f where f.key_id > k.key_id order by f.key_id limit 1)
          from k where k.key_id is not null
        )
        select exists (select from k where k.key_id <> all (${texts(keyIds)}) and exists (
          select from factors f where f.key_id = k.key_id and f.service = ${service})) as found`)
      return row?.found ?? false
    },
    async notUnder(keyId, after, limit) {
      const rows = await query<Raw>(sql`select f.*, (
          select jsonb_agg(jsonb_build_object('selector', r.selector, 'hash', encode(r.hash_sealed, 'hex')))
          from recovery_codes r where r.factor_seq = f.seq and r.hash_sealed is not null) as codes
        from factor_rows f where f.key_id <> ${keyId} and f.id > ${after} order by f.id limit ${limit}`)
      return rows.map((row): SealedFactor => {
        const codes = (row.codes ?? []) as { selector: string; hash: string }[]
        return {
          record: toRecord(row),
          codes: codes.map(({ selector, hash }) => ({
            selector,
            hashSealed: Buffer.from(hash, 'hex'),
          })),
        }
      })
    },
    async forget({ keyId, service, now, actor, limit }) {
      const isMeant = service === null ? sql`` : sql`and f.service = ${service}`
      // mutant: C65.pg-forget-lost
      const [row] = await query<{ gone: number }>(sql`with gone as (
          delete from factors where seq in (
            select f.seq from factors f where f.key_id = ${keyId} ${isMeant} limit ${limit} for update skip locked
          ) returning *
        )
        select count(*)::integer as gone from (
          select cs_tell_factor_1(${now}, 'factor.deleted', row(g.*)::factors,
            jsonb_set(${actorJson(actor)}, '{service}', to_jsonb(g.service))) from gone g offset 0) told`)
      return row?.gone ?? 0
    },
    async countNotUnder(keyId) {
      const [row] = await query<{ count: number }>(
        sql`select count(*) as count from factors where key_id <> ${keyId}`,
      )
      return row?.count ?? 0
    },
    async rewrap({ before, after, codes }) {
      const { id, subjectSealed } = before.record
      const [row] = await query<{ done: boolean }>(sql`select cs_rewrap_factor_1(${id},
        ${Buffer.from(subjectSealed)}, ${rowJson(after)}, ${codesJson(codes)}) as done`)
      return row?.done ?? false
    },
  }
}

type Count = { key: string; service: string; count: number }
const toCounted = ({ key, service, count }: Count) => ({
  keyId: key,
  service,
  count: Number(count),
})

export function createRootKeyUse(query: Query): RootKeyUse {
  return {
    async notUnder(keyId, now) {
      const factors = await query<Count>(sql`with recursive k as (
          (select key_id, service from factors order by key_id, service limit 1)
          union all
          select n.key_id, n.service from k cross join lateral (
            select f.key_id, f.service from factors f where (f.key_id, f.service) > (k.key_id, k.service)
            order by f.key_id, f.service limit 1
          ) n
        )
        select k.key_id as key, k.service, (select count(*) from (
            select from factors f where f.key_id = k.key_id and f.service = k.service limit ${UNDER_KEY_BOUND}
          ) x) as count
        from k where k.key_id <> ${keyId} limit ${MAX_ROWS}`)
      // mutant: C65.pg-open-keys
      const verifications = await query<Count>(sql`
        select pepper_key_id as key, service, count(*) as count from (
          select pepper_key_id, service from verifications where status = 'pending' and expires_at > ${now}
          order by expires_at limit ${MAX_LOOKED_AT}
        ) x where pepper_key_id <> ${keyId} group by pepper_key_id, service limit ${MAX_ROWS}`)
      return joinUse(factors.map(toCounted), verifications.map(toCounted))
    },
  }
}
