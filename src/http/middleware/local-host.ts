// Refuses pages of the development inbox under a name: only an address or localhost may ask.
// It must not be used where names are normal; it stands against DNS rebinding, which needs a name.

import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../deps.ts'
import { answerProblem, refusal } from '../problem.ts'

const LOCAL_NAME = /^([\w-]+\.)*localhost$/i
/** A name can't consist of these only: digits and dots, or an IPv6 address in brackets. */
const ADDRESS = /^(\d+(\.\d+){3}|\[[\da-f:.]+\])$/i

/** @param host the Host header, with or without a port */
export function isLocalHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '')
  return LOCAL_NAME.test(name) || ADDRESS.test(name)
}

export function localHostOnly() {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (isLocalHost(c.req.header('host') ?? '')) return next()
    return answerProblem(
      c,
      refusal('not_found', 'The inbox answers to an IP address or localhost only, not to a name.'),
    )
  })
}
