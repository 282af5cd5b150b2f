// C71: the folders above a file are made one by one, beside another process that makes them, too.

import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeFolderOf } from '../../src/kernel/make-folder.ts'

const other = vi.hoisted(() => ({ isFaster: false }))
vi.mock('node:fs', async (load) => {
  const fs = await load<typeof import('node:fs')>()
  return {
    ...fs,
    mkdirSync(path: string, options: { mode: number }) {
      if (other.isFaster) fs.mkdirSync(path, options)
      return fs.mkdirSync(path, options)
    },
  }
})

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-folder-'))
})
afterEach(() => {
  other.isFaster = false
  rmSync(directory, { recursive: true, force: true })
})
const at = (...names: string[]) => join(directory, ...names)
const modeOf = (path: string) => statSync(path).mode & 0o777

describe('C71: the folder of a file', () => {
  it('is made with all that is missing above it, for its owner alone', () => {
    makeFolderOf(at('deep/er/still/c.db'))
    for (const name of ['deep', 'deep/er', 'deep/er/still']) expect(modeOf(at(name))).toBe(0o700)
  })

  it('stays as it is where it exists, behind a link as well', () => {
    mkdirSync(at('data'), { mode: 0o750 })
    symlinkSync(at('data'), at('link'))
    makeFolderOf(at('data/c.db'))
    makeFolderOf(at('link/below/c.db'))
    expect(modeOf(at('data'))).toBe(0o750)
    expect(modeOf(at('data/below'))).toBe(0o700)
  })

  it('is there for a name without a folder', () => {
    expect(() => makeFolderOf('c.db')).not.toThrow()
  })

  it('C71: is made once where another process is faster', () => {
    other.isFaster = true
    makeFolderOf(at('deep/er/c.db'))
    expect(modeOf(at('deep/er'))).toBe(0o700)
  })

  it.each([
    ['a file', () => writeFileSync(at('taken'), '')],
    ['a link that leads nowhere', () => symlinkSync(at('nowhere/at/all'), at('taken'))],
  ])('is refused by the name of the file where %s takes its place', (_what, take) => {
    take()
    for (const path of [at('taken/c.db'), at('taken/below/c.db')])
      expect(() => makeFolderOf(path)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^(EEXIST|ENOTDIR|ENOENT)$/), path }),
      )
  })
})
