import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { availableCores } from '../../src/hashing/available-cores.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cgroup-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function coresOf(membership: string, files: Record<string, string>): number {
  for (const [name, text] of Object.entries({ membership, ...files })) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), `${text}\n`)
  }
  return availableCores({
    parallelism: 8,
    cgroupRoot: root,
    membershipFile: join(root, 'membership'),
  })
}

it.each([
  ['no quota', '0::/', { 'cpu.max': 'max 100000' }, 8],
  ['two cores', '0::/', { 'cpu.max': '200000 100000' }, 2],
  ['part of a core is left to the rest', '0::/', { 'cpu.max': '250000 100000' }, 2],
  ['half a core', '0::/', { 'cpu.max': '50000 100000' }, 1],
  ['more than the machine has', '0::/', { 'cpu.max': '6400000 100000' }, 8],
  ['nested', '0::/a/b', { 'a/b/cpu.max': '300000 100000' }, 3],
  ['a parent binds', '0::/a/b', { 'a/b/cpu.max': 'max 100000', 'a/cpu.max': '200000 100000' }, 2],
  ['a path of the host', '0::/docker/abc', { 'cpu.max': '100000 100000' }, 1],
  ['a path above the mount', '0::/../..', { 'cpu.max': '100000 100000' }, 1],
  [
    'version 1',
    '4:cpu,cpuacct:/x\n0::/',
    { 'cpu/cpu.cfs_quota_us': '300000', 'cpu/cpu.cfs_period_us': '100000' },
    3,
  ],
  [
    'version 1 without a quota',
    '4:cpu,cpuacct:/\n5:memory:/',
    { 'cpu/cpu.cfs_quota_us': '-1', 'cpu/cpu.cfs_period_us': '100000' },
    8,
  ],
  ['garbage', 'x', { 'cpu.max': 'x y' }, 8],
  ['an empty file', '0::/', { 'cpu.max': '' }, 8],
  ['a zero', '0::/', { 'cpu.max': '0 0' }, 8],
])('%s', (_what, membership, files, cores) => {
  expect(coresOf(membership, files as Record<string, string>)).toBe(cores)
})

it('is at least 1 on this machine, and where nothing can be read', () => {
  expect(availableCores()).toBeGreaterThanOrEqual(1)
  const nowhere = { cgroupRoot: join(root, 'none'), membershipFile: join(root, 'none') }
  expect(availableCores({ ...nowhere, parallelism: 3 })).toBe(3)
})
