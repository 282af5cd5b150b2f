// The store of factors on PostgreSQL: each port method one statement, the atomic ones a function of the database.
// It must not hold a rule of its own; drizzle/postgres has the steps.

import type {
  ConfirmInput,
  ConfirmOutcome,
  FactorStore,
  SealedFactor,
} from '../../factors/ports.ts'
import type { FactorRecord } from '../../factors/types.ts'
import { createdFactor, newFactorColumns, toFactorRecord } from '../factor-record.ts'
import { sql } from './drizzle.ts'
import type { Query } from './pool.ts'
import {
  actorJson,
  byteList,
  camelRow,
  hex,
  json,
  type Raw,
  rowJson,
  toStored,
  writeJson,
} from './rows.ts'

type Row = Parameters<typeof toFactorRecord>[0]
const toRecord = (row: Raw): FactorRecord => toFactorRecord(camelRow(row) as unknown as Row)
const texts = (values: readonly string[]) => sql`${sql.param([...values])}::text[]`
const codesJson = (codes: readonly { selector: string; hashSealed: Uint8Array }[]) =>
  json(codes.map(({ selector, hashSealed }) => ({ selector, hash: hex(hashSealed) })))

function createWrites(query: Query): Pick<FactorStore, 'create' | 'chargeConfirm' | 'remove'> {
  return {
    async create(input) {
      const { record, codes, subjectIndexes, known, maxApps, unverifiedSince, actor } = input
      const created = createdFactor(record, codes)
      const [row] = await query<Raw>(sql`select kind, fingerprint, answer from cs_create_factor_2(
        ${rowJson(newFactorColumns(record))}, ${codes ? codesJson(codes) : sql`null::jsonb`},
        ${byteList(subjectIndexes)}, ${known ? texts(known) : sql`null::text[]`}, ${maxApps}, ${unverifiedSince}, ${actorJson(actor)},
        ${writeJson(input.idempotency, created)})`)
      if (row?.kind === 'answered_before') return { kind: 'answered_before', stored: toStored(row) }
      if (row?.kind === 'too_many' || row?.kind === 'changed') return { kind: row.kind }
      return { kind: 'created', record: created }
    },
    async chargeConfirm({ id, service, unverifiedSince, maxAttempts }) {
      const [row] = await query<Raw>(sql`select t.kind as outcome, (t.f).* from cs_charge_confirm_1(
        ${service}, ${id}, ${unverifiedSince}, ${maxAttempts}) t`)
      return row && { kind: row.outcome as 'charged' | 'not_chargeable', record: toRecord(row) }
    },
    async remove({ id, service, now, actor }) {
      const [row] = await query<{ gone: boolean }>(
        sql`select cs_remove_factor_1(${service}, ${id}, ${now}, ${actorJson(actor)}) as gone`,
      )
      return row?.gone ?? false
    },
  }
}

/** `spent`: the right code's step was used before. Nothing was changed. */
type Confirmed = ConfirmOutcome | { kind: 'spent' }

function createConfirm(query: Query, find: FactorStore['find']): FactorStore['confirm'] {
  const confirmOnce = async (input: ConfirmInput): Promise<Confirmed | undefined> => {
    const { id, service, now, step, twins, actor, idempotency } = input
    const valid = step !== null
    // The answer is made beforehand. What it tells of a row that is confirmed does not change in between.
    const before = idempotency && (await find(service, id, 0))
    const after =
      before && valid
        ? {
            ...before,
            status: 'active' as const,
            confirmedAt: now,
            lastUsedAt: now,
            lastStep: step,
          }
        : before
    const write = after ? writeJson(idempotency, { valid, record: after }) : sql`null::jsonb`
    const [row] =
      await query<Raw>(sql`select t.kind as outcome, t.fingerprint, t.answer, (t.f).* from cs_confirm_factor_2(
      ${service}, ${id}, ${now}, ${step}, ${texts(twins)}, ${actorJson(actor)}, ${write}) t`)
    if (!row) return undefined
    if (row.outcome === 'answered_before') return { kind: 'answered_before', stored: toStored(row) }
    if (row.outcome === 'spent') return { kind: 'spent' }
    return { kind: row.outcome as 'confirmed' | 'wrong' | 'lost', record: after ?? toRecord(row) }
  }
  return async (input) => {
    const outcome = await confirmOnce(input)
    if (outcome?.kind !== 'spent') return outcome
    const wrong = await confirmOnce({ ...input, step: null })
    if (wrong?.kind === 'spent') throw new Error('a wrong code uses nothing up')
    return wrong
  }
}

function createRewrap(
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

export function createFactorStore(query: Query): FactorStore {
  const find: FactorStore['find'] = async (service, id, unverifiedSince) => {
    const [row] = await query<Raw>(sql`select * from factor_rows where id = ${id}
      and service = ${service} and (status = 'active' or created_at > ${unverifiedSince})`)
    return row && toRecord(row)
  }
  return {
    ...createWrites(query),
    ...createRewrap(query),
    find,
    confirm: createConfirm(query, find),
    async ofSubject({ service, subjectIndexes, unverifiedSince }) {
      const rows = await query<Raw>(sql`select * from factor_rows
        where subject_index = any(${byteList(subjectIndexes)}) and service = ${service}
          and (status = 'active' or created_at > ${unverifiedSince}) order by seq`)
      return rows.map(toRecord)
    },
    async recoveryHash(factorId, selector) {
      const [row] = await query<{ hash: Buffer | null }>(sql`select r.hash_sealed as hash
        from factors f join recovery_codes r on r.factor_seq = f.seq
        where f.id = ${factorId} and r.selector = ${selector}`)
      return row?.hash ?? undefined
    },
    async purge({ unverifiedSince, now, limit }) {
      const [row] = await query<{ gone: number }>(
        sql`select cs_purge_factors_1(${unverifiedSince}, ${now}, ${limit}) as gone`,
      )
      return row?.gone ?? 0
    },
  }
}
