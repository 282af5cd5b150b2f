// Whether SECRET_KEY and SECRET_KEY_PREVIOUS open what the store holds: the slip where settings or a folder were copied.
// It must not change a store, nor show anything of a key but its id.

import type { Config } from '../../config/config.ts'
import type { RootKeyUse } from '../../factors/ports.ts'
import { adviseOnRootKeys, type RootKeyAdvice } from '../../factors/root-keys.ts'
import { createClock } from '../../kernel/clock.ts'
import { createKeyring } from '../../kernel/keyring.ts'
import type { StoreConfig } from '../../storage/open.ts'
import { openStore } from '../../storage/open.ts'
import { type Finding, finding } from './finding.ts'

const CHECK = 'root keys'

type Advise = (rootKeys: RootKeyUse, now: number) => Promise<RootKeyAdvice>

async function withRootKeys(config: StoreConfig, advise: Advise): Promise<RootKeyAdvice> {
  if (config.kind === 'sqlite') {
    const { inspectRootKeys } = await import('../../storage/sqlite/inspect.ts')
    return inspectRootKeys(config.path, (rootKeys) => advise(rootKeys, Date.now()))
  }
  const store = await openStore(config, { mustExist: true })
  try {
    const clock = createClock({ ...(store.wallMs && { wallMs: store.wallMs }) })
    return await advise(store.rootKeys, clock.now())
  } finally {
    await store.close()
  }
}

/** Of a store of this version: an older one has them elsewhere, and to open it would be to migrate it. */
export async function checkRootKeys({ store, secretKeys }: Config): Promise<Finding[]> {
  if (secretKeys.length === 0)
    return [finding(CHECK, 'failed', 'SECRET_KEY is missing: nothing in the store can be read')]
  const keyring = createKeyring(secretKeys)
  const { warnings, notes } = await withRootKeys(store, (rootKeys, now) =>
    adviseOnRootKeys({ rootKeys, keyring, now }),
  )
  if (warnings.length + notes.length === 0)
    return [finding(CHECK, 'ok', 'nothing lies under a root key that is not given')]
  return [
    ...warnings.map((sentence) => finding(CHECK, 'failed', sentence)), // mutant: C65.doctor-foreign-key
    ...notes.map((sentence) => finding(CHECK, 'warning', sentence)),
  ]
}
