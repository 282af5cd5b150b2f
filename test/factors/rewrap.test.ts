// Factors moved to another root key: interrupted and continued, with a missing key and a damaged row among them.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSubject } from '../../src/factors/domain.ts'
import { rewrapFactors } from '../../src/factors/root-keys.ts'
import { createId } from '../../src/kernel/ids.ts'
import { createKeyring, type Keyring } from '../../src/kernel/keyring.ts'
import { recoveryHashContext, secretContext, subjectContext } from '../../src/kernel/sealing.ts'
import type { Store } from '../../src/storage/store.ts'
import { subjectIndexes } from '../../src/verification/party.ts'
import { factorInput, SINCE } from '../contract/factor-steps.ts'
import { newFactor, T0 } from '../contract/rows.ts'
import { openStore as openPostgres } from '../storage/postgres/fixture.ts'
import { makeDirectory, openStore as openSqlite } from '../storage/sqlite/fixture.ts'

const [OLD, NEW, LOST] = [1, 2, 3].map((fill) => Buffer.alloc(32, fill)) as [Buffer, Buffer, Buffer]
const old = createKeyring([OLD])
const rotated = createKeyring([NEW, OLD])
const only = createKeyring([NEW])
const APPS = 230

const directory = makeDirectory()
const ENGINES = [
  ['SQLite', () => openSqlite(join(directory.path, 'store.db'))],
  ['PostgreSQL', openPostgres],
] as const
afterAll(() => directory.remove())

async function make({ factors }: Store, keyring: Keyring, subject: string, isSet = false) {
  const id = createId('fct', T0)
  const hashOf = (selector: string) =>
    keyring.seal(`hash ${selector}`, recoveryHashContext(id, selector))
  const codes = ['AAAA', 'BBBB'].map((selector) => ({ selector, hashSealed: hashOf(selector) }))
  const record = newFactor({
    ...{
      id,
      keyId: keyring.currentKeyId,
      subjectSealed: keyring.seal(subject, subjectContext(id)),
    },
    subjectIndex: subjectIndexes(keyring, 'default', subject)[0] as Buffer,
    secretSealed: isSet ? null : keyring.seal(`secret of ${subject}`, secretContext(id)),
    ...(isSet && { type: 'recovery_codes', otp: null }),
  })
  await factors.create(factorInput(record, { codes: isSet ? codes : null }))
  return id
}

/** What a node with this ring alone reads of a subject. */
async function read({ factors }: Store, ring: Keyring, subject: string) {
  const subjectIndexList = subjectIndexes(ring, 'default', subject)
  const found = await factors.ofSubject({
    ...{ service: 'default', subjectIndexes: subjectIndexList, unverifiedSince: SINCE },
  })
  return Promise.all(
    found.map(async (one) => {
      const hash = await factors.recoveryHash(one.id, 'BBBB')
      return {
        id: one.id,
        subject: openSubject(ring, one),
        secret: one.secretSealed && ring.open(one.secretSealed, secretContext(one.id)),
        hash: hash && ring.open(hash, recoveryHashContext(one.id, 'BBBB')),
      }
    }),
  )
}

describe.each(ENGINES)('on %s', (_engine, open) => {
  let store: Store
  const ids: string[] = []
  beforeAll(async () => {
    store = await open()
    for (let n = 0; n < APPS; n += 1) ids.push(await make(store, old, `s${n}`))
    ids.push(await make(store, old, 's0', true))
  })
  afterAll(() => store.close())
  const rewrap = (keyring: Keyring, onProgress: (progress: { done: number }) => void = () => {}) =>
    rewrapFactors({ factors: store.factors, keyring, onProgress })

  it('stopped anywhere, it continues with the rest', async () => {
    expect(await read(store, only, 's0')).toEqual([])
    const stopped = rewrap(rotated, ({ done }) => {
      if (done === 150) throw new Error('stopped')
    })
    await expect(stopped).rejects.toThrow('stopped')
    expect(await store.factors.countNotUnder(rotated.currentKeyId)).toBe(ids.length - 150)
    const seen: number[] = []
    const result = await rewrap(rotated, ({ done }) => seen.push(done))
    expect(result).toMatchObject({ moved: ids.length - 150, skipped: 0, broken: [] })
    expect(seen).toEqual(Array.from({ length: ids.length - 150 }, (_, n) => n + 1))
    expect(await store.factors.countNotUnder(rotated.currentKeyId)).toBe(0)
    expect(await rewrap(rotated)).toMatchObject({ moved: 0 })
  })

  it('afterwards a node with the new key alone finds and opens everything', async () => {
    expect(await read(store, only, 's0')).toEqual([
      { id: ids[0], subject: 's0', secret: 'secret of s0', hash: undefined },
      { id: ids.at(-1), subject: 's0', secret: null, hash: 'hash BBBB' },
    ])
    for (const n of [1, 100, APPS - 1])
      expect(await read(store, only, `s${n}`)).toMatchObject([{ secret: `secret of s${n}` }])
    expect(await store.factors.hasOtherKeys('default', only.keyIds)).toBe(false)
    expect(await store.factors.hasOtherKeys('default', old.keyIds)).toBe(true)
  })

  it('skips factors that a missing key or a damaged row keeps from being read, and reports them', async () => {
    const lost = createKeyring([LOST])
    await make(store, lost, 'lost')
    // Sealed in the context of another factor: as a row that was copied.
    const id = createId('fct', T0)
    const foreign = newFactor({
      ...{
        id,
        keyId: old.currentKeyId,
        subjectSealed: old.seal('x', subjectContext(ids[0] ?? '')),
      },
    })
    await store.factors.create(factorInput(foreign))
    const good = await make(store, old, 'good')
    const result = await rewrap(rotated)
    expect(result).toMatchObject({ moved: 1, skipped: 0, broken: [id] })
    expect([...result.unknown]).toEqual([[lost.currentKeyId, 1]])
    expect(await read(store, only, 'good')).toMatchObject([{ id: good }])
    expect(await store.factors.countNotUnder(rotated.currentKeyId)).toBe(2)
  })

  it('two at once move each factor once', async () => {
    const more = Array.from({ length: 20 }, (_, n) => make(store, old, `twice${n}`))
    await Promise.all(more)
    const results = await Promise.all([rewrap(rotated), rewrap(rotated)])
    expect(results.reduce((sum, { moved }) => sum + moved, 0)).toBe(20)
    for (let n = 0; n < 20; n += 1)
      expect(await read(store, only, `twice${n}`)).toMatchObject([{ subject: `twice${n}` }])
  })
})
