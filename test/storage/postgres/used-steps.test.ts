// C63: a step that another node is using or deleting just now, by another row of the same secret: who comes second waits, and sees it.

import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { FactorRecord } from '../../../src/factors/types.ts'
import { approveWith, enrol, factorInput, useOf } from '../../contract/factor-steps.ts'
import { ACTOR, mac, newFactor, T0 } from '../../contract/rows.ts'
import { type OpenStore, type OtherNode, openOther, openStore } from './fixture.ts'

const STEP = 60_000_000

let store: OpenStore
let other: OtherNode
beforeAll(async () => {
  store = await openStore()
  other = await openOther(store.database)
})
afterAll(async () => {
  await other.close()
  await store.close()
})

async function twins() {
  const subjectIndex = mac()
  const change = { subjectIndex, status: 'active' as const }
  return [await enrol(store, change), await enrol(store, change)] as [FactorRecord, FactorRecord]
}

/** `statement` is another node's, not committed before `step` waits for it. */
async function whileHeld<T>(statement: string, id: string, step: () => Promise<T>): Promise<T> {
  await other.hold(statement, id)
  const result = step()
  await vi.waitFor(async () => expect(await other.waiting()).toBe(1))
  await other.commit()
  return result
}

const USE = `update factors set last_step = ${STEP} where id = $1`

it('C63: a check waits for a twin that is being used, whichever of the rows comes first', async () => {
  for (const held of [0, 1] as const) {
    const apps = await twins()
    const app = apps[1 - held] as FactorRecord
    const twin = apps[held]
    const settled = await whileHeld(USE, twin.id, () =>
      approveWith(store, useOf(app, STEP, [twin])),
    )
    expect(settled.kind).toBe('wrong')
    expect((await approveWith(store, useOf(app, STEP + 1, [twin]))).kind).toBe('approved')
  }
})

it('C63: a check waits for a twin that is being deleted after its use', async () => {
  const [app, twin] = await twins()
  expect((await approveWith(store, useOf(twin, STEP))).kind).toBe('approved')
  const settled = await whileHeld('delete from factors where id = $1', twin.id, () =>
    approveWith(store, useOf(app, STEP, [twin])),
  )
  expect(settled.kind).toBe('wrong')
})

it('C63: a confirmation waits for a twin that is being used', async () => {
  const [twin] = await twins()
  const app = await enrol(store, { subjectIndex: twin.subjectIndex, status: 'unverified' })
  const confirmed = await whileHeld(USE, twin.id, () =>
    store.factors.confirm({
      ...{ id: app.id, service: 'default', now: T0, step: STEP, twins: [twin.id] },
      ...{ actor: ACTOR, idempotency: null },
    }),
  )
  expect(confirmed?.kind).toBe('wrong')
})

it('C63: an import waits for another of the subject, and sees its result', async () => {
  const record = newFactor()
  const lock = 'select pg_advisory_xact_lock($1::bigint)'
  const key = Buffer.from(record.subjectIndex).readBigInt64BE(0).toString()
  const outcome = await whileHeld(lock, key, () =>
    store.factors.create(factorInput(record, { known: [] })),
  )
  expect(outcome.kind).toBe('created')
  const second = newFactor({ subjectIndex: record.subjectIndex })
  const changed = await store.factors.create(factorInput(second, { known: [] }))
  expect(changed.kind).toBe('changed')
})
