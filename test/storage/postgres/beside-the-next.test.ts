// A node that is at work while the next version migrates: what it prepared before goes on.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { createInput, newVerification } from '../../contract/rows.ts'
import { guess, keyOf, start } from '../../contract/stores.ts'
import { type OpenStore, openStore } from './fixture.ts'

let store: OpenStore
beforeAll(async () => {
  store = await openStore()
})
afterAll(() => store.close())

/** On every connection of the pool. */
const everywhere = <T>(call: () => Promise<T>) => Promise.all(Array.from({ length: 40 }, call))

it('prepared statements still work where a later version adds a column to table and view', async () => {
  const record = await start(store)
  const find = () => store.verifications.find('default', record.id)
  await everywhere(find)
  const [view] = await store.database.query<{ text: string }>(
    "select pg_get_viewdef('verification_rows_2') as text",
  )
  await store.database.query('alter table verifications add column later text')
  await store.database.query(
    `create or replace view verification_rows_2 as select r.*, null::text as later from (${view?.text.replace(';', '')}) r`,
  )
  for (const found of await everywhere(find)) expect(found).toMatchObject({ id: record.id })
  expect((await store.steps.check({ ...keyOf(record), ...guess(true) })).kind).toBe('approved')
  expect((await store.verifications.create(createInput(newVerification()))).kind).toBe('created')
})

it('a start works where a later version added a column that has a default and is never null', async () => {
  await store.database.query(
    'alter table verifications add column later_count integer not null default 0',
  )
  const created = store.verifications.create(createInput(newVerification()))
  const kind = await created.then(
    (outcome) => outcome.kind,
    () => 'failed',
  )
  await store.database.query('alter table verifications drop column later_count')
  expect(kind).toBe('created')
})
