// One hash at the start: readiness says that hashing works, not that its queue is short.
// It must not hold up the start.

import type { Hasher } from '../verification/hashing-ports.ts'

/** Verified under its own id: the whole way of a check. */
const ID = 'self-test'
const CODE = '000000'

export function startSelfTest(
  hasher: Pick<Hasher, 'reserve'>,
  logger: { error(fields: Record<string, unknown>, message: string): void },
): { passed(): boolean } {
  let passed = false
  const run = async () => {
    const stored = await hasher.reserve()?.hash(CODE, ID)
    passed = stored !== undefined && (await hasher.reserve()?.verify(stored, CODE, ID)) === true
    if (!passed) throw new Error('a hash did not verify')
  }
  run().catch((error: unknown) => logger.error({ err: error }, 'hashing does not work here'))
  return { passed: () => passed }
}
