// Before each test file: vitest's own waits get the patience of `long.ts`, in place of a second; after it, nothing that was
// replaced is left to the next file of the process. It must not shorten a deadline that a test gave.

import { afterAll, vi } from 'vitest'
import { PATIENCE_MS } from './long.ts'

type Options = Parameters<typeof vi.waitFor>[1]
type Patient = { isPatient?: true }

function patient(options: Options): Options {
  const given = typeof options === 'number' ? { timeout: options } : options
  return { ...given, timeout: Math.max(given?.timeout ?? 0, PATIENCE_MS) }
}

const { waitFor, waitUntil } = vi
// Files of one process share `vi`.
if (!(waitFor as Patient).isPatient) {
  const patientWait: typeof vi.waitFor = (probe, options) => waitFor(probe, patient(options))
  vi.waitFor = Object.assign(patientWait, { isPatient: true as const })
  vi.waitUntil = (probe, options) => waitUntil(probe, patient(options))
}

afterAll(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})
