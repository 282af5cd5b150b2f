// Settings under which every sync of a file takes longer: a small library, compiled when it is needed.
// It must not be given to anything but a server that a figure started.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findCompiler } from './image.ts'
import { makeDirectory } from './server.ts'

/** @returns undefined where no C compiler is installed */
export function slowSyncEnvironment(ms: number): Record<string, string> | undefined {
  const compiler = findCompiler('cc', 'gcc', 'clang')
  if (compiler === undefined) return undefined
  const source = fileURLToPath(new URL('./slow-sync.c', import.meta.url))
  const library = join(makeDirectory(), 'slow-sync.so')
  execFileSync(compiler, ['-O2', '-shared', '-fPIC', '-o', library, source, '-ldl'])
  return { LD_PRELOAD: library, SLOW_SYNC_MS: String(ms) }
}
