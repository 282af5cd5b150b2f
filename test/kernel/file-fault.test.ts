// C71: what is mounted read-only is said, whatever of it is needed: a test without a mount, which not every machine grants.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { describeFileFault } from '../../src/kernel/file-fault.ts'

const readOnly = vi.hoisted(() => ({ from: '' }))
vi.mock('node:fs', async (load) => {
  const fs = await load<typeof import('node:fs')>()
  return {
    ...fs,
    /** As access(2) answers on such a file system: EROFS to who would write, to root, too. */
    accessSync(path: string, mode: number) {
      if ((mode & fs.constants.W_OK) !== 0 && path.startsWith(readOnly.from))
        throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' })
      fs.accessSync(path, mode)
    },
  }
})

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-fault-'))
  mkdirSync(join(directory, 'data'))
  readOnly.from = directory
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))
const at = (...names: string[]) => join(directory, ...names)
const uid = process.getuid?.() ?? 0

describe('C71: a file system that is mounted read-only', () => {
  it.each([
    ['a database that is there', 'data/c.db', ['data/c.db'], 'data/c.db'],
    ['a database that would have to be made', 'data/c.db', [], 'data'],
    ['a folder that would have to be made', 'data/deep/er/c.db', [], 'data'],
    ['a companion on a mount of its own', 'data/c.db', ['data/c.db', 'data/c.db-wal'], '-wal'],
  ])('%s', (_what, path, made, named) => {
    for (const name of made) writeFileSync(at(name), '')
    if (named === '-wal') readOnly.from = at('data/c.db-wal')
    const said = describeFileFault(at(path), 'write', ['-wal', '-shm']) ?? ''
    const place = named === '-wal' ? at('data/c.db-wal') : at(named)
    expect(said).toContain(`${place} (owner: ${uid === 0 ? 'root (uid 0)' : `uid ${uid}`})`)
    expect(said).toContain('mounted read-only: give DATA_DIR a volume')
    expect(said).toContain('mount -o remount,rw "$(findmnt -no TARGET -T ')
    expect(said).not.toMatch(/chown|chmod/)
  })

  it('is not reported for a file that is only read: a setting’s file, as secrets are mounted', () => {
    writeFileSync(at('data/secret'), 'x')
    expect(describeFileFault(at('data/secret'), 'read')).toBeUndefined()
  })

  it('is not reported for a writable one', () => {
    readOnly.from = at('elsewhere')
    writeFileSync(at('data/c.db'), '')
    expect(describeFileFault(at('data/c.db'), 'write')).toBeUndefined()
  })
})
