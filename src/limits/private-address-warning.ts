// Says once that a private address was given as an end user: it may stand for all of them.
// It must not refuse it: on an intranet it is right.

import { isPrivateAddress } from './client-address.ts'

export function createPrivateAddressWarning(deps: {
  /** Off in development, where every address is private. */
  enabled: boolean
  logger: { warn(fields: Record<string, unknown>, message: string): void }
}): (address: string | null) => void {
  let warned = !deps.enabled
  return (address) => {
    if (warned || address === null || !isPrivateAddress(address)) return
    warned = true
    deps.logger.warn(
      {},
      'a private address was given as an end user: if it is a bridge or a proxy, every user shares its budgets',
    )
  }
}
