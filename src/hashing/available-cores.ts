// How many cores this process may use: those of the machine, or fewer where its cgroup has a quota.
// It must not fail: where nothing can be read there is no quota. (Node's own reading of quotas knows neither version 1 nor
// a path of the host inside a container.)

import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'

export type CoreSources = {
  parallelism: number
  /** Where cgroups are mounted. */
  cgroupRoot: string
  /** Lines `hierarchy:controllers:path` (man 7 cgroups). */
  membershipFile: string
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

function share(quota: string | undefined, period: string | undefined): number {
  const cores = Number(quota) / Number(period)
  // `max` (v2) and -1 (v1) are no quota.
  return Number.isFinite(cores) && cores > 0 ? cores : Number.POSITIVE_INFINITY
}

function quotaOfFolder(folder: string): number {
  const textOf = (file: string) => readText(join(folder, file))
  const [quota, period] = textOf('cpu.max')?.split(' ') ?? []
  const v1 = share(textOf('cpu.cfs_quota_us'), textOf('cpu.cfs_period_us'))
  return Math.min(share(quota, period), v1)
}

/** A group's quota binds its children: the smallest from `path` up to the root counts. */
function quotaAlong(root: string, path: string): number {
  const own = quotaOfFolder(join(root, path))
  return path === '/' || path === '.' ? own : Math.min(own, quotaAlong(root, dirname(path)))
}

/** Whole cores, at least 1; a part of a core is left to everything that is not hashing. */
export function availableCores(given: Partial<CoreSources> = {}): number {
  const sources: CoreSources = {
    parallelism: availableParallelism(),
    cgroupRoot: '/sys/fs/cgroup',
    membershipFile: '/proc/self/cgroup',
    ...given,
  }
  let quota = Number.POSITIVE_INFINITY
  for (const line of (readText(sources.membershipFile) ?? '').split('\n')) {
    const [hierarchy, controllers = '', path = '/'] = line.split(':')
    const isV1 = controllers.split(',').includes('cpu')
    if (hierarchy !== '0' && !isV1) continue
    const root = isV1 ? join(sources.cgroupRoot, 'cpu') : sources.cgroupRoot
    // In a container the path may be the host's while the mount shows the group itself as root:
    // missing folders have no quota, and the root is always read.
    quota = Math.min(quota, quotaAlong(root, path))
  }
  return Math.max(1, Math.floor(Math.min(sources.parallelism, quota)))
}
