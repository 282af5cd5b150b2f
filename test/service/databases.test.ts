// The contracts of the store's ports on SQLite as the service opens it: written in a thread of its own, read in this one.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from '../../src/service/databases.ts'
import { startThread } from '../../src/service/thread.ts'
import type { Store } from '../../src/storage/store.ts'
import { CAUSES } from '../contract/hooked.ts'
import type { Steps } from '../contract/steps.ts'
import { createSteps } from '../contract/steps.ts'
import { describeStore } from '../contract/whole-store.ts'
import { makeDirectory } from '../storage/sqlite/fixture.ts'

const warnings: string[] = []
const logger = { warn: (_: object, message: string) => warnings.push(message) }

const settingsOf = (directory: string): Parameters<typeof openDatabases>[0] => ({
  store: { kind: 'sqlite', path: join(directory, 'countersign.db'), synchronous: 'normal' },
  limits: { kind: 'sqlite', path: join(directory, 'limits.db') },
})

const open = (directory: string) => openDatabases(settingsOf(directory), logger, undefined, CAUSES)

describe('SQLite in a thread', () => {
  const directory = makeDirectory()
  let store: Store & { steps: Steps }
  beforeAll(async () => {
    const databases = await open(directory.path)
    await databases.limiter.close()
    store = { ...databases.store, steps: createSteps(databases.store.verifications) }
  })
  afterAll(async () => {
    await store.close()
    directory.remove()
  })
  describeStore(() => store)
})

describe('the thread of SQLite', () => {
  it('hands over what it could not open, as a sentence for the operator', async () => {
    await expect(open('/dev/null/data')).rejects.toThrow(
      /give DATABASE_URL another path|\/dev\/null/,
    )
  })

  it('hands it over where it was started, and failed, before anybody waited for it', async () => {
    const settings = settingsOf('/dev/null/data')
    const thread = startThread(settings, logger)
    await thread?.opened.catch(() => {})
    await expect(openDatabases(settings, logger, thread)).rejects.toThrow(
      /give DATABASE_URL another path|\/dev\/null/,
    )
    await expect(thread?.call('store', 'close', [])).rejects.toThrow('the database is closed')
  })

  it('is not left behind where the limits cannot be opened', async () => {
    const directory = makeDirectory()
    const path = join(directory.path, 'countersign.db')
    const store = { kind: 'sqlite', path, synchronous: 'normal' } as const
    const limits = { kind: 'sqlite', path: '/dev/null/limits.db' } as const
    await expect(openDatabases({ store, limits }, logger)).rejects.toThrow()
    // The last connection that closes takes the log along.
    expect(existsSync(path)).toBe(true)
    expect(existsSync(`${path}-wal`)).toBe(false)
    directory.remove()
  })

  it('ends with the store, and the file is whole without its log', async () => {
    const directory = makeDirectory()
    const { store, limiter } = await open(directory.path)
    await limiter.close()
    await Promise.all([store.close(), store.close()])
    await expect(store.verifications.purgeAnswers({ now: 1, limit: 1 })).rejects.toThrow(
      'the database is closed',
    )
    directory.remove()
  })
})
