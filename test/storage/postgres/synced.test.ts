// Which commits wait for the disk: all that somebody is answered from. What a worker writes may be done again.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { type OpenStore, type OtherNode, openOther, openStore } from './fixture.ts'

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

const setting = async () =>
  (await other.query('show synchronous_commit')).rows[0]?.synchronous_commit

it('I5: only the function of a worker’s writes does without a sync, and only for its own commit', async () => {
  const unsynced = await other.query(
    "select proname from pg_proc where prosrc ~ 'synchronous_commit' order by proname",
  )
  const names = unsynced.rows.map(({ proname }) => proname)
  // Those before the last are called by older programs.
  expect(names).toEqual(['2', '3', '4', '5'].map((version) => `cs_apply_deliveries_${version}`))
  await other.query('begin')
  await other.query("select * from cs_apply_deliveries_5('[]', null)")
  expect(await setting()).toBe('off')
  await other.commit()
  expect(await setting()).toBe('on')
})
