// Who acts in the console, for the operations and the log: the session's key, and where the browser is.
// It must not give more than the key has.

import type { AppDeps } from '../http/deps.ts'
import { readUserAgent } from '../http/schemas/requests.ts'
import type { Admin } from './admin.ts'
import { addressOf } from './origin.ts'
import type { SignedInPage } from './page.ts'

export function adminOf({ c, session }: SignedInPage, deps: AppDeps): Admin {
  const { service, keyId } = session.access
  const userAgent = readUserAgent(c.req.header('User-Agent'))
  return { service, keyId, clientIp: addressOf(c, deps), userAgent }
}
