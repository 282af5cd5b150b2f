// The store of factors on PostgreSQL: each port method one statement, the atomic ones a function of the database.
// It must not hold a rule of its own: drizzle/postgres has the steps.

import type { Engine } from '../engine.ts'
import { createdFactor, newFactorColumns } from '../factor-record.ts'
import { sql, texts } from './drizzle.ts'
import { codesJson, createFactorKeys, toRecord } from './factor-keys.ts'
import type { Query } from './pool.ts'
import { actorJson, byteList, keptJson, type Raw, rowJson, toStored } from './rows.ts'

function createWrites(
  query: Query,
): Pick<Engine['factors'], 'create' | 'chargeConfirm' | 'confirm' | 'remove'> {
  return {
    async create(input) {
      const { record, codes, subjectIndexes, known, maxApps, unverifiedSince, actor } = input
      const [row] = await query<Raw>(sql`select kind, fingerprint, answer from cs_create_factor_2(
        ${rowJson(newFactorColumns(record))}, ${codes ? codesJson(codes) : sql`null::jsonb`},
        ${byteList(subjectIndexes)}, ${known ? texts(known) : sql`null::text[]`}, ${maxApps}, ${unverifiedSince}, ${actorJson(actor)},
        ${keptJson(input.kept)})`)
      if (row?.kind === 'answered_before') return { kind: 'answered_before', stored: toStored(row) }
      if (row?.kind === 'too_many' || row?.kind === 'changed') return { kind: row.kind }
      return { kind: 'created', record: createdFactor(record, codes) }
    },
    async confirm({ id, service, now, step, twins, actor, kept }) {
      const [row] =
        await query<Raw>(sql`select t.kind as outcome, t.fingerprint, t.answer, (t.f).* from cs_confirm_factor_2(
        ${service}, ${id}, ${now}, ${step}, ${texts(twins)}, ${actorJson(actor)}, ${keptJson(kept)}) t`)
      if (!row) return undefined
      const { outcome } = row
      if (outcome === 'answered_before') return { kind: outcome, stored: toStored(row) }
      if (outcome === 'spent') return { kind: outcome }
      return { kind: outcome as 'confirmed' | 'wrong' | 'lost', record: toRecord(row) }
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

export function createFactorStore(query: Query): Engine['factors'] {
  return {
    ...createWrites(query),
    ...createFactorKeys(query),
    async find(service, id, unverifiedSince) {
      const [row] = await query<Raw>(sql`select * from factor_rows where id = ${id}
        and service = ${service} and (status = 'active' or created_at > ${unverifiedSince})`)
      return row && toRecord(row)
    },
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
