// A process of its own that counts a store's log in small steps, until it is killed. It says when it has begun.

import { createCounter } from '../../src/counts/counter.ts'
import { createPostgresStore } from '../../src/storage/postgres/store.ts'
import { HOUR, T0 } from '../contract/rows.ts'
import { openStore } from '../storage/sqlite/fixture.ts'

const where = process.argv[2]
if (where === undefined) throw new Error('a path or an address is needed')
const store = where.startsWith('postgres')
  ? await createPostgresStore({ url: where, clock: 'caller' })
  : await openStore(where)
const logger = { info() {}, warn() {} }
const counter = createCounter({
  ...{
    store: store.counts,
    clock: { now: () => T0 + HOUR },
    logger,
    batch: 3,
    everyMs: 1,
    pauseMs: 0,
  },
})
process.stdout.write('begun')
for (;;) await counter.catchUp()
