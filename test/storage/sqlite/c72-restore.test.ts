// C72: an old copy that is put back makes nothing good again: codes, steps, recovery codes, keys, sessions, messages.

import { copyFileSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { LogPosition } from '../../../src/events/types.ts'
import { backUp } from '../../../src/storage/sqlite/backup.ts'
import { markMoved } from '../../../src/storage/sqlite/migrate.ts'
import { openDatabase } from '../../../src/storage/sqlite/open.ts'
import { type RestoreOptions, restore } from '../../../src/storage/sqlite/restore.ts'
import { approveWith, enrol, makeCodes, useOf } from '../../contract/factor-steps.ts'
import { lanesOf, nextDueAt } from '../../contract/outbox-steps.ts'
import { ACTOR, HOUR, MINUTE, mac, T0 } from '../../contract/rows.ts'
import { guess, keyOf, start, typesOf } from '../../contract/stores.ts'
import { MIGRATIONS, makeDirectory, type OpenStore, openStore } from './fixture.ts'

const directory = makeDirectory()
afterAll(() => directory.remove())

let made = 0
let path: string
let copy: string
beforeEach(() => {
  made += 1
  path = join(directory.path, `store-${made}`, 'countersign.db')
  copy = join(directory.path, `copy-${made}.db`)
})

const STEP = T0 / 30_000
const putBack = (change: Partial<RestoreOptions> = {}) =>
  restore({
    ...{ from: copy, path, migrationsFolder: MIGRATIONS, keyId: 'command' },
    ...{ nowMs: T0 + MINUTE, keepRecoveryCodes: false, ...change },
  })

/** A store is filled and copied; what `since` does happens after the copy, and the copy is put back. */
async function goBack<T>(
  fill: (store: OpenStore) => Promise<T>,
  since: (store: OpenStore, filled: T) => Promise<unknown>,
  change: Partial<RestoreOptions> = {},
) {
  const before = await openStore(path)
  const filled = await fill(before)
  await backUp(path, copy)
  await since(before, filled)
  await before.close()
  const restored = await putBack(change)
  const store = await openStore(path)
  return { store, filled, restored }
}

describe('C72: verifications that were open in the copy', () => {
  it('C72: a code that was used since does not work again', async () => {
    const { store, filled, restored } = await goBack(start, async (before, record) => {
      const { kind } = await before.steps.check({ ...keyOf(record), ...guess(true) })
      expect(kind).toBe('approved')
    })
    expect(await store.verifications.find('default', filled.id)).toMatchObject({
      ...{ status: 'canceled', codeHash: null, endedAt: T0 + MINUTE },
    })
    const check = await store.steps.check({ ...keyOf(filled), ...guess(true) })
    expect(check).toEqual({ kind: 'refused', error: 'verification_canceled' })
    expect(await typesOf(store, filled.id)).toEqual([
      ...['verification.started', 'verification.canceled', 'delivery.canceled'],
    ])
    expect(restored.voided.verifications).toBe(1)
    await store.close()
  })

  it('C72: its message is not sent again, and no byte of its code is left in the file', async () => {
    const sealed = Buffer.from('the sealed copy of a code, as bytes that can be searched for')
    const { store } = await goBack(
      (before) => start(before, { codeSealed: sealed }),
      async () => {},
    )
    expect(await nextDueAt(store.outbox)).toBeUndefined()
    expect(store.client.prepare('select count(*) from codes').pluck().get()).toBe(0)
    await store.close()
    expect((await readFile(path)).includes(sealed)).toBe(false)
    expect((await readFile(copy)).includes(sealed)).toBe(true)
  })

  it('C72: nor is one that a worker held when the copy was made', async () => {
    const plan = () => ({ kind: 'send' as const, provider: 'acme', prepared: null })
    const claim = { lanes: lanesOf('sms', 10), leaseMs: 5_000, minRemainingMs: 0, plan }
    const { store, filled } = await goBack(
      async (before) => {
        const record = await start(before)
        expect(await before.outbox.claim({ ...claim, now: T0 + 1 })).toHaveLength(1)
        return record
      },
      async () => {},
    )
    expect(await store.outbox.claim({ ...claim, now: T0 + 2 * MINUTE })).toEqual([])
    expect(await nextDueAt(store.outbox)).toBeUndefined()
    expect(await store.verifications.deliveriesOf(filled.id)).toMatchObject([
      { status: 'canceled' },
    ])
    await store.close()
  })

  it('C72: ended verifications stay as they were, and count for budgets', async () => {
    const { store, filled } = await goBack(
      async (before) => {
        const record = await start(before)
        await before.steps.check({ ...keyOf(record), ...guess(true) })
        return record
      },
      async () => {},
    )
    expect(await store.verifications.find('default', filled.id)).toMatchObject({
      ...{ status: 'approved', attempts: 1 },
    })
    await store.close()
  })
})

describe('C72: factors', () => {
  it('C72: a step that was used since does not work again; one after now does', async () => {
    const { store, filled } = await goBack(
      (before) => enrol(before),
      async (before, app) => {
        expect((await approveWith(before, useOf(app, STEP + 1))).kind).toBe('approved')
      },
    )
    // The present step of the restore is STEP + 2, and a clock that is two ahead shows STEP + 4.
    for (const step of [STEP, STEP + 1, STEP + 2, STEP + 4])
      expect((await approveWith(store, useOf(filled, step))).kind).toBe('wrong')
    expect((await approveWith(store, useOf(filled, STEP + 5))).kind).toBe('approved')
    await store.close()
  })

  it('C72: a recovery code that was used since does not work again; the others do', async () => {
    const { store, filled, restored } = await goBack(
      (before) => makeCodes(before),
      async (before, { record }) => {
        expect((await approveWith(before, useOf(record, 'AAAA'))).kind).toBe('approved')
      },
    )
    expect(restored).toMatchObject({ isSinceKnown: true, voided: { recoveryCodes: 1 } })
    expect((await approveWith(store, useOf(filled.record, 'AAAA'))).kind).toBe('wrong')
    expect(await store.factors.recoveryHash(filled.record.id, 'AAAA')).toBeUndefined()
    expect((await approveWith(store, useOf(filled.record, 'BBBB'))).kind).toBe('approved')
    await store.close()
  })

  it('C72: a set that was replaced since does not become valid again', async () => {
    const { store, filled } = await goBack(
      (before) => makeCodes(before),
      async (before, { record }) => {
        const { id, service } = record
        expect(await before.factors.remove({ id, service, now: T0, actor: ACTOR })).toBe(true)
      },
    )
    expect((await approveWith(store, useOf(filled.record, 'AAAA'))).kind).toBe('wrong')
    await store.close()
  })

  it('C72: an app that was removed since is back, and is reported', async () => {
    const { store, filled, restored } = await goBack(
      (before) => enrol(before),
      async (before, { id, service }) => {
        await before.factors.remove({ id, service, now: T0, actor: ACTOR })
      },
    )
    expect(restored.voided.appsBack).toEqual([filled.id])
    await store.close()
  })

  it.each([
    [false, 'wrong', 2],
    [true, 'approved', 0],
  ] as const)(
    'C72: with the store lost, recovery codes kept: %s',
    async (keepRecoveryCodes, kind, voided) => {
      const before = await openStore(path)
      const { record } = await makeCodes(before)
      await backUp(path, copy)
      await before.close()
      path = join(directory.path, `new-${made}`, 'countersign.db')
      const restored = await putBack({ keepRecoveryCodes })
      expect(restored).toMatchObject({
        ...{ isSinceKnown: false, keptAs: null, voided: { recoveryCodes: voided } },
      })
      const store = await openStore(path)
      expect((await approveWith(store, useOf(record, 'AAAA'))).kind).toBe(kind)
      expect(statSync(path).mode & 0o777).toBe(0o600)
      await store.close()
    },
  )
})

it('C72: keys that were revoked since stay so, and the console’s sessions end', async () => {
  const key = {
    ...{ id: 'key_a', service: 'default', name: 'a', scopes: ['verify' as const] },
    ...{ secretHash: Buffer.concat([mac(), mac()]), createdAt: T0, revokedAt: null },
    ...{ expiresAt: null, lastUsedAt: null },
  }
  const session = {
    ...{ idHash: Buffer.concat([mac(), mac()]), keyId: 'ADMIN_KEY', createdAt: T0, seenAt: T0 },
    ...{ expiresAt: T0 + 12 * HOUR, identitySealed: null },
  }
  const { store, restored } = await goBack(
    async (before) => {
      await before.apiKeys.insert(key)
      await before.adminSessions.insert(session)
    },
    async (before) => {
      await before.apiKeys.revoke(key.id, T0 + 5)
    },
  )
  expect(await store.apiKeys.find(key.id)).toMatchObject({ revokedAt: T0 + 5 })
  expect(await store.adminSessions.find(session.idHash)).toBeUndefined()
  expect(restored.voided).toMatchObject({ apiKeys: 1, adminSessions: 1 })
  await store.close()
})

describe('C72: the store that is replaced', () => {
  it('C72: is not touched while anything has it open, even idle', async () => {
    const service = await openStore(path)
    const record = await start(service)
    await backUp(path, copy)
    await expect(putBack()).rejects.toThrow(/is in use: stop the service/)
    expect((await service.verifications.find('default', record.id))?.status).toBe('pending')
    await service.close()
    expect(readdirSync(join(path, '..')).sort()).toEqual(['countersign.db', 'countersign.db.lock'])
    await putBack()
  })

  it('C72: is kept as it was, its write-ahead log too, which does not become the new file’s', async () => {
    const before = await openStore(path)
    const old = await start(before)
    await backUp(path, copy)
    const young = await start(before)
    // As a kill leaves it.
    const killed = join(directory.path, `killed-${made}.db`)
    for (const suffix of ['', '-wal']) copyFileSync(`${path}${suffix}`, `${killed}${suffix}`)
    await before.close()
    path = killed
    const { keptAs } = await putBack()
    const store = await openStore(path)
    expect(await store.verifications.find('default', young.id)).toBeUndefined()
    expect(await store.verifications.find('default', old.id)).toBeDefined()
    await store.close()
    const kept = await openStore(keptAs ?? '')
    expect((await kept.verifications.find('default', young.id))?.status).toBe('pending')
    await kept.close()
  })

  it('C72: may be damaged: then what was used since is unknown', async () => {
    const before = await openStore(path)
    await makeCodes(before)
    await backUp(path, copy)
    await before.close()
    writeFileSync(path, 'this was a database once'.repeat(1_000))
    expect(await putBack()).toMatchObject({ isSinceKnown: false, voided: { recoveryCodes: 2 } })
    ;(await openStore(path)).close()
  })

  it('C72: nothing is restored beside one that was moved to PostgreSQL, nor a copy of one', async () => {
    const before = await openStore(path)
    await backUp(path, copy)
    markMoved(before.client, true)
    await before.close()
    await expect(putBack()).rejects.toThrow(/was moved to PostgreSQL/)
    const moved = new Sqlite(copy)
    markMoved(moved, true)
    moved.close()
    path = join(directory.path, `none-${made}.db`)
    await expect(putBack()).rejects.toThrow(/copy of a store that had been moved/)
    expect(existsSync(path)).toBe(false)
  })
})

describe('C72: a copy that cannot be used changes nothing', () => {
  async function expectUntouched(message: RegExp): Promise<void> {
    const before = await openStore(path)
    const record = await start(before)
    await before.close()
    await expect(putBack()).rejects.toThrow(message)
    const store = await openStore(path)
    expect((await store.verifications.find('default', record.id))?.status).toBe('pending')
    await store.close()
    expect(readdirSync(join(path, '..')).sort()).toEqual(['countersign.db', 'countersign.db.lock'])
  }

  it('C72: one that is not there', () => expectUntouched(/copy-\d+\.db does not exist/))

  it('C72: no database', async () => {
    writeFileSync(copy, 'this is a text file, long enough to have a header'.repeat(100))
    await expectUntouched(/is not a database: give --from another path/)
  })

  it('C72: another program’s', async () => {
    const foreign = new Sqlite(copy)
    foreign.exec('CREATE TABLE users (id INTEGER PRIMARY KEY)')
    foreign.close()
    await expectUntouched(/another program/)
  })

  it('C72: one that is damaged', async () => {
    const whole = await openDatabase({ path: copy, migrationsFolder: MIGRATIONS })
    whole.close()
    const bytes = await readFile(copy)
    bytes.fill(7, 4096, bytes.length - 4096)
    writeFileSync(copy, bytes)
    await expectUntouched(/damaged/)
  })

  it('C72: one of a newer version', async () => {
    ;(await openDatabase({ path: copy, migrationsFolder: MIGRATIONS })).close()
    const newer = new Sqlite(copy)
    newer.pragma('user_version = 999')
    newer.close()
    await expectUntouched(/newer version/)
  })

  it('C72: the store itself', async () => {
    copy = path
    await expectUntouched(/is the store itself/)
  })
})

it('C72: a copy of an older version is brought to this one', async () => {
  const folder = join(directory.path, 'older')
  await cp(MIGRATIONS, folder, { recursive: true })
  const file = join(folder, 'meta/_journal.json')
  const journal = JSON.parse(await readFile(file, 'utf8'))
  journal.entries.pop()
  await writeFile(file, JSON.stringify(journal))
  ;(await openDatabase({ path, migrationsFolder: folder })).close()
  await backUp(path, copy)
  await putBack()
  ;(await openStore(path)).close()
})

it('C72: a follower of the log continues in the restored one, and misses nothing', async () => {
  let read: LogPosition | null = null
  const { store, filled } = await goBack(start, async (before) => {
    for (let n = 0; n < 3; n += 1) await start(before)
    ;({ position: read } = await before.events.follow(null, 100))
  })
  const { items, position } = await store.events.follow(read, 100)
  expect(items.slice(-2).map(({ type }) => type)).toEqual([
    'verification.canceled',
    'delivery.canceled',
  ])
  const started = await start(store)
  const [next, ...more] = (await store.events.follow(position, 100)).items
  expect([next?.verificationId, more]).toEqual([started.id, []])
  expect(items.map((item) => item.verificationId)).toContain(filled.id)
  await store.close()
})
