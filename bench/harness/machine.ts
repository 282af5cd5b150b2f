// On what it was measured.
// It must not name the machine.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { equalEnvironment, ROOT } from './server.ts'

export type Machine = Record<string, string>

function versionOf(folder: string, name: string): string {
  try {
    return JSON.parse(
      readFileSync(join(ROOT, folder, 'node_modules', name, 'package.json'), 'utf8'),
    ).version
  } catch {
    return 'not installed'
  }
}

function commit(): string {
  const git = (...words: string[]) =>
    execFileSync('git', words, { cwd: ROOT, encoding: 'utf8' }).trim()
  try {
    const isChanged =
      git('status', '--porcelain', '--', 'src', 'package-lock.json', 'Dockerfile') !== ''
    return git('rev-parse', '--short', 'HEAD') + (isChanged ? ' with changes' : '')
  } catch {
    return 'unknown'
  }
}

export function describeMachine(): Machine {
  const packages = ['hono', 'argon2', 'better-sqlite3', 'undici'].map(
    (name) => `${name} ${versionOf('.', name)}`,
  )
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    commit: commit(),
    cpu: `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `Linux ${release()}`,
    'load before': loadavg()[0]?.toFixed(2) ?? '',
    node: process.versions.node,
    'argon2 build': equalEnvironment().ARGON2_PREBUILD ? 'AVX2' : 'portable',
    packages: [...packages, `better-auth ${versionOf('bench', 'better-auth')}`].join(', '),
  }
}
