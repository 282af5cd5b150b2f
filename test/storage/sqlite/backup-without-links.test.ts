// A backup where the file system has no hard links (exFAT, some network shares): whole under its name, never in place of another.

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, expect, it, vi } from 'vitest'
import { backUp } from '../../../src/storage/sqlite/backup.ts'
import { makeDirectory, openStore } from './fixture.ts'

const failure = vi.hoisted(() => ({ code: 'EPERM' }))
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  linkSync() {
    throw Object.assign(new Error('link'), failure)
  },
}))

const directory = makeDirectory()
afterAll(() => directory.remove())
const at = (name: string) => join(directory.path, name)

it.each(['EPERM', 'ENOTSUP', 'ENOSYS'])(
  'C72: %s from link(2) is not a fault of the backup',
  async (code) => {
    failure.code = code
    ;(await openStore(at('a.db'))).close()
    const { path, bytes } = await backUp(at('a.db'), at(`${code}.db`))
    expect(statSync(path)).toMatchObject({ size: bytes })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const copy = new Sqlite(path, { readonly: true })
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok')
    copy.close()
    writeFileSync(at('taken'), 'mine')
    await expect(backUp(at('a.db'), at('taken'))).rejects.toThrow(/already exists/)
    expect(readFileSync(at('taken'), 'utf8')).toBe('mine')
    expect(readdirSync(directory.path).filter((name) => name.includes('.part'))).toEqual([])
  },
)

it('C72: any other failure is reported, and leaves nothing under the name', async () => {
  failure.code = 'EIO'
  await expect(backUp(at('a.db'), at('broken.db'))).rejects.toThrow('link')
  expect(readdirSync(directory.path).filter((name) => name.startsWith('broken'))).toEqual([])
})
