// C72: what is left of the store before, and which history it is of, decide what an old copy may make good again.

import { copyFileSync, lstatSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { backUp } from '../../../src/storage/sqlite/backup.ts'
import { withLock } from '../../../src/storage/sqlite/open.ts'
import { type RestoreOptions, restore, takePlace } from '../../../src/storage/sqlite/restore.ts'
import { approveWith, enrol, makeCodes, useOf } from '../../contract/factor-steps.ts'
import { HOUR, MINUTE, mac, T0 } from '../../contract/rows.ts'
import { start } from '../../contract/stores.ts'
import { MIGRATIONS, makeDirectory, openStore } from './fixture.ts'

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

const putBack = (change: Partial<RestoreOptions> = {}) =>
  restore({
    ...{ from: copy, path, migrationsFolder: MIGRATIONS, keyId: 'command' },
    ...{ nowMs: T0 + MINUTE, keepRecoveryCodes: false, ...change },
  })
const filesBeside = () => readdirSync(dirname(path)).sort()
const aKey = (id: string) => ({
  ...{ id, service: 'default', name: 'a', scopes: ['verify' as const] },
  ...{ secretHash: Buffer.concat([mac(), mac()]), createdAt: T0, revokedAt: null },
  ...{ expiresAt: null, lastUsedAt: null },
})

describe('C72: files that a kill or a hand left', () => {
  it('C72: the write-ahead log of a store whose file was removed is not read into the copy', async () => {
    const before = await openStore(path)
    await backUp(path, copy)
    const young = await start(before)
    copyFileSync(`${path}-wal`, `${copy}-wal-of-before`)
    await before.close()
    rmSync(path)
    copyFileSync(`${copy}-wal-of-before`, `${path}-wal`)
    const { keptAs } = await putBack()
    expect(keptAs).toMatch(/\.before-.*-wal$/)
    const store = await openStore(path)
    expect(await store.verifications.find('default', young.id)).toBeUndefined()
    await store.close()
  })

  it('C72: a backup is not written beside a log that would be read into it', async () => {
    await (await openStore(path)).close()
    writeFileSync(`${copy}-wal`, 'of another')
    await expect(backUp(path, copy)).rejects.toThrow(/-wal exists.*give another name/)
  })

  it('C72: two restores in one second keep both stores', async () => {
    const before = await openStore(path)
    const first = await start(before)
    await backUp(path, copy)
    await before.close()
    const kept = [(await putBack()).keptAs, (await putBack()).keptAs]
    expect(new Set(kept).size).toBe(2)
    const oldest = await openStore(kept[0] ?? '')
    expect((await oldest.verifications.find('default', first.id))?.status).toBe('pending')
    await oldest.close()
  })

  it('C72: at every moment one of the two stores exists: a start after a kill creates no third', async () => {
    await (await openStore(path)).close()
    // As a kill before the last step: the finished file is not moved.
    expect(() => takePlace(join(directory.path, 'none'), path, 'stamp')).toThrow(/ENOENT/)
    expect(filesBeside()).toEqual([
      'countersign.db',
      ...['countersign.db.before-stamp', 'countersign.db.lock'],
    ])
  })

  it('C72: a link to the store stays a link, and its target is replaced', async () => {
    const real = path
    await (await openStore(real)).close()
    path = join(directory.path, `link-${made}.db`)
    symlinkSync(real, path)
    await backUp(path, copy)
    await putBack()
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
    expect(readdirSync(dirname(real)).filter((name) => name.includes('.before-'))).toHaveLength(1)
  })
})

it('C72: backups to one name at once: one gets it, and it is whole', async () => {
  const before = await openStore(path)
  for (let i = 0; i < 50; i += 1) await start(before)
  const ends = await Promise.allSettled(Array.from({ length: 4 }, () => backUp(path, copy)))
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  await before.close()
  const store = await openStore(copy)
  expect(store.client.prepare('select count(*) from verifications').pluck().get()).toBe(50)
  await store.close()
  expect(readdirSync(directory.path).filter((name) => name.endsWith('.part'))).toEqual([])
})

it('C72: a backup opens nothing while a restore changes files', async () => {
  await (await openStore(path)).close()
  let isOver = false
  let copying: Promise<boolean> | undefined
  await withLock(path, HOUR, async () => {
    copying = backUp(path, copy).then(() => isOver)
    expect(filesBeside()).not.toContain('countersign.db-shm')
    isOver = true
  })
  expect(await copying).toBe(true)
})

describe('C72: the history of the store that is replaced', () => {
  it('C72: one that a start on an empty volume created knows nothing of the copy', async () => {
    const before = await openStore(path)
    const { record } = await makeCodes(before)
    await before.apiKeys.insert(aKey('key_a'))
    await backUp(path, copy)
    await before.close()
    path = join(directory.path, `new-${made}`, 'countersign.db')
    const young = await openStore(path)
    await start(young)
    await young.close()
    const restored = await putBack({ keepRecoveryCodes: true })
    expect(restored).toMatchObject({
      ...{ isSinceKnown: false, voided: { recoveryCodes: 0, keysBack: null, appsBack: null } },
    })
    const store = await openStore(path)
    expect((await approveWith(store, useOf(record, 'AAAA'))).kind).toBe('approved')
    await store.close()
  })

  it('C72: a copy that holds nothing can make nothing valid again: that is known', async () => {
    const before = await openStore(path)
    await backUp(path, copy)
    await before.close()
    expect(await putBack()).toMatchObject({ isSinceKnown: true, copiedAt: 0 })
  })

  it('C72: a key that was revoked in a store before it is named', async () => {
    const first = await openStore(path)
    await start(first)
    const older = `${copy}.older`
    await backUp(path, older)
    await first.apiKeys.insert(aKey('key_a'))
    await backUp(path, copy)
    await first.apiKeys.revoke('key_a', T0 + 5)
    await first.close()
    await putBack({ from: older })
    expect(await putBack()).toMatchObject({
      ...{ isSinceKnown: true, voided: { apiKeys: 0, keysBack: ['key_a'] } },
    })
  })

  it('C72: where this machine’s clock is behind, a step that was used does not work again', async () => {
    const before = await openStore(path)
    const app = await enrol(before)
    await backUp(path, copy)
    const used = (T0 + HOUR) / 30_000
    await start(before, { createdAt: T0 + HOUR, expiresAt: T0 + 2 * HOUR })
    expect((await approveWith(before, useOf(app, used))).kind).toBe('approved')
    await before.close()
    await putBack({ nowMs: T0 + MINUTE })
    const store = await openStore(path)
    expect((await approveWith(store, useOf(app, used))).kind).toBe('wrong')
    await store.close()
  })
})
