// A process of its own that reads a store's log for the shield's rules in small steps, until it is killed. It says when each is done.

import { DAY_MS } from '../../src/kernel/clock.ts'
import { networkKey } from '../../src/limits/client-address.ts'
import { createWatcher } from '../../src/shield/watcher.ts'
import { createPostgresStore } from '../../src/storage/postgres/store.ts'
import { openStore } from '../storage/sqlite/fixture.ts'
import { keyring } from './write-month.ts'

const [where, now] = process.argv.slice(2)
if (where === undefined) throw new Error('a path or an address is needed')
const store = where.startsWith('postgres')
  ? await createPostgresStore({ url: where, clock: 'caller' })
  : await openStore(where)
const watcher = createWatcher({
  ...{ store: store.shield, reader: store.audit, hasGaps: false, keyring, networkOf: networkKey },
  ...{ modeOf: () => 'record', keptMs: 90 * DAY_MS, batch: 150, commitEveryMs: 0 },
  // The lease of one that was killed has run out by then.
  clock: { now: () => Number(now) },
  onBegun: async () => {},
  logger: { warn() {} },
})
for (;;) {
  await watcher.round()
  process.stdout.write('.')
}
