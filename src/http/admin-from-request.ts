// Who acts, for the operations and the log: a key, and where its request came from.
// It must not give more than the key has.

import type { Admin } from '../admin/ports.ts'
import type { AppContext, AppDeps } from './deps.ts'
import { addressOf } from './end-user.ts'
import { readUserAgent } from './schemas/requests.ts'

/** @param key its service; null: all */
export function adminOf(
  c: AppContext,
  deps: Pick<AppDeps, 'resolveAddress'>,
  key: Pick<Admin, 'service' | 'keyId'>,
): Admin {
  const { service, keyId } = key
  const userAgent = readUserAgent(c.req.header('User-Agent'))
  return { service, keyId, clientIp: addressOf(c, deps), userAgent }
}
