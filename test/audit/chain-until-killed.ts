// A process that writes events and chains them until it is killed; its argument is the store's path.

import { setTimeout as sleep } from 'node:timers/promises'
import { createChainer } from '../../src/audit/chainer.ts'
import { createSigner } from '../../src/audit/note.ts'
import { ACTOR } from '../contract/rows.ts'
import { openStore } from '../storage/sqlite/fixture.ts'

const store = await openStore(process.argv[2] ?? '')
createChainer({
  ...{ store: store.audit, hasGaps: false, signer: createSigner(Buffer.alloc(32, 7)) },
  ...{ days: { addresses: 30, recipients: 90 }, closeAfterMs: 0, clock: { now: Date.now } },
  onHead: async () => {},
  logger: { warn: (_, message) => console.error(message) },
}).start()
for (let n = 0; ; n += 1) {
  await store.events.append(
    Array.from({ length: 60 }, () => ({
      ...{ ...ACTOR, at: Date.now(), type: 'request.refused', verificationId: null },
      ...{ budgetIndex: null, details: { n } },
    })),
  )
  if (n === 0) console.log('begun')
  await sleep(20)
}
