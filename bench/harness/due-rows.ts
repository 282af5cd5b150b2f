// Puts verifications whose messages are due into an empty store, through the service's own keyring and store.
// It must not send: the service that is started on it does.

import { join } from 'node:path'
import { createId, createReference } from '../../src/kernel/ids.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { codeContext, recipientContext } from '../../src/kernel/sealing.ts'
import { openDatabase } from '../../src/storage/sqlite/open.ts'
import { createSqliteStore } from '../../src/storage/sqlite/store.ts'
import type { NewVerification } from '../../src/verification/state.ts'
import { decideStart } from '../../src/verification/transitions.ts'
import { phoneOf } from '../load/people.ts'
import { DATABASE } from './old-rows.ts'
import { makeDirectory, ROOT, SECRET_KEY } from './server.ts'

const TTL_MS = 600_000
const AT_ONCE = 500

/** @param of the message with this number; @returns the data directory */
export async function makeDueRows(
  count: number,
  of: (index: number) => { provider: string; phone: string } = (index) => {
    return { provider: 'http', phone: phoneOf(index) }
  },
): Promise<string> {
  const dataDir = makeDirectory()
  const client = await openDatabase({
    path: join(dataDir, DATABASE),
    migrationsFolder: join(ROOT, 'drizzle/sqlite'),
  })
  const store = createSqliteStore(client)
  const keyring = createKeyring([Buffer.from(SECRET_KEY, 'base64')])
  const add = (index: number) => {
    const now = Date.now()
    const id = createId('vrf', now)
    const { provider, phone } = of(index)
    const mac = keyring.mac('blind-index', ['bench', String(index)])
    const record: NewVerification = {
      ...{ id, reference: createReference(), service: 'default', channel: 'sms' },
      ...{ purpose: 'login', locale: 'en', country: 'US', sessionMac: null, kind: 'real' },
      recipientSealed: keyring.seal(phone, recipientContext(id)),
      ...{ addressIndex: mac, budgetIndex: mac, authenticated: false, codeLength: 6 },
      ...{ codeHash: 'x', pepperKeyId: keyring.currentKeyId },
      codeSealed: keyring.seal('123456', codeContext(id)),
      ...{
        maxAttempts: 5,
        maxSends: 5,
        lastSendAt: now,
        clientIp: null,
        metadata: {},
        checkedBy: null,
      },
      ...{ createdAt: now, expiresAt: now + TTL_MS },
    }
    return store.verifications.create({
      ...{ record, change: decideStart(record, false, provider), slot: null, challenge: null },
      guesses: {
        ...{ service: 'default', budgetIndexes: [mac], authenticated: false, now },
        ...{ limits: [], longestLifetimeMs: TTL_MS, wanted: 5 },
      },
      actor: { service: 'default', keyId: null, clientIp: null, userAgent: null },
      idempotency: null,
    })
  }
  for (let done = 0; done < count; done += AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, count - done) }, (_, i) => add(done + i)),
    )
  await store.close()
  return dataDir
}
