// A backup beside a service at work: one moment, whole, private, and never in place of another file.

import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, expect, it } from 'vitest'
import { backUp } from '../../../src/storage/sqlite/backup.ts'
import { start } from '../../contract/stores.ts'
import { makeDirectory, openStore } from './fixture.ts'

const directory = makeDirectory()
afterAll(() => directory.remove())
const at = (name: string) => join(directory.path, name)

it('C72: while a service writes, the copy is of one moment: each verification with its event and delivery', async () => {
  const store = await openStore(at('busy.db'))
  for (let i = 0; i < 200; i += 1) await start(store)
  let isDone = false
  const writing = (async () => {
    while (!isDone) await Promise.all(Array.from({ length: 20 }, () => start(store)))
  })()
  const copies = []
  for (let i = 0; i < 5; i += 1) copies.push(await backUp(at('busy.db'), at(`copy-${i}.db`)))
  isDone = true
  await writing
  await store.close()
  for (const { path, bytes } of copies) {
    const client = new Sqlite(path, { readonly: true })
    const count = (table: string) => client.prepare(`select count(*) from ${table}`).pluck().get()
    expect(count('verifications')).toBeGreaterThanOrEqual(200)
    expect([count('events'), count('deliveries'), count('codes')]).toEqual(
      Array(3).fill(count('verifications')),
    )
    client.close()
    expect(statSync(path)).toMatchObject({ size: bytes })
    expect(statSync(path).mode & 0o777).toBe(0o600)
  }
})

it('C72: never overwrites a file, and leaves no half behind', async () => {
  ;(await openStore(at('a.db'))).close()
  writeFileSync(at('taken'), 'mine')
  await expect(backUp(at('a.db'), at('taken'))).rejects.toThrow(/already exists/)
  mkdirSync(at('closed'), { mode: 0o755 })
  await expect(backUp(at('a.db'), at('nowhere/b.db'))).rejects.toThrow(
    /nowhere.b\.db cannot be a database \(ENOENT\): give --to another path/,
  )
  await expect(backUp(at('none.db'), at('b.db'))).rejects.toThrow(/none\.db does not exist/)
  expect(readdirSync(directory.path).filter((name) => name.includes('.part'))).toEqual([])
  expect(existsSync(at('b.db'))).toBe(false)
})

it('C72: another program’s file is not mistaken for a store', async () => {
  const foreign = new Sqlite(at('foreign.db'))
  foreign.exec('CREATE TABLE users (id INTEGER PRIMARY KEY)')
  foreign.close()
  await expect(backUp(at('foreign.db'), at('c.db'))).rejects.toThrow(/another program/)
})

it('C72: the leftovers of a killed backup are removed by a later one, and nothing that is foreign or still being written', async () => {
  ;(await openStore(at('b.db'))).close()
  mkdirSync(at('nights'))
  const ofLastNight = 'countersign-20260101T020000Z.db.0a1b2c3d.part'
  const left = [ofLastNight, `${ofLastNight}-journal`, 'nightly.db.00000000.part']
  const others = ['film.mp4.00000000.part', 'nightly.db', `${ofLastNight}.gz`]
  const atWork = 'nightly.db.11111111.part'
  for (const name of [...left, ...others, atWork]) writeFileSync(at(`nights/${name}`), 'half')
  const twoHoursAgo = Date.now() / 1000 - 7200
  for (const name of [...left, ...others])
    utimesSync(at(`nights/${name}`), twoHoursAgo, twoHoursAgo)
  await expect(backUp(at('b.db'), at('nights/nightly.db'))).rejects.toThrow(/already exists/)
  expect(readdirSync(at('nights')).sort()).toEqual([...others, atWork].sort())
})

it('C72: stopped, it leaves neither a copy nor a half of one', async () => {
  ;(await openStore(at('s.db'))).close()
  const stop = new AbortController()
  const copying = backUp(at('s.db'), at('stopped.db'), stop.signal)
  stop.abort(new Error('stopped'))
  await expect(copying).rejects.toThrow('stopped')
  expect(readdirSync(directory.path).filter((name) => name.startsWith('stopped'))).toEqual([])
})
