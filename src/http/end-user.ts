// The end user behind a request: as reported by the login flow, otherwise by a trusted proxy.
// It must not trust a header on its own: `resolveAddress` knows which peers are trusted.

import { parseAddress } from '../limits/client-address.ts'
import type { EndUser } from '../verification/api.ts'
import type { AppContext, AppDeps } from './deps.ts'
import { idempotencyOf, readUserAgent } from './schemas/requests.ts'

type EndUserDeps = Pick<AppDeps, 'parseAddress' | 'resolveAddress'>

/** `peer` is undefined on a Unix socket. Several headers of one name come joined by commas, in order. */
export function peerOf(c: AppContext): Parameters<AppDeps['resolveAddress']>[0] {
  return {
    peer: c.env.incoming.socket.remoteAddress,
    forwardedFor: c.req.header('X-Forwarded-For'),
    forwarded: c.req.header('Forwarded'),
  }
}

/** The address whose sign-ins are counted together; null on a Unix socket where no trusted proxy names one. */
export function addressOf(c: AppContext, deps: Pick<AppDeps, 'resolveAddress'>): string | null {
  const from = peerOf(c)
  return deps.resolveAddress(from) ?? (from.peer ? parseAddress(from.peer) : null)
}

/** @param body a validated one: its `client_ip` is an address */
export function readEndUser(
  c: AppContext,
  deps: EndUserDeps,
  body: { client_ip?: string | undefined; user_agent?: string | undefined },
): EndUser {
  const given = body.client_ip === undefined ? null : deps.parseAddress(body.client_ip)
  return {
    clientIp: given ?? deps.resolveAddress(peerOf(c)),
    userAgent: readUserAgent(body.user_agent),
  }
}

/** The parts of every command: the end user behind the request, and the key that its answer is stored under. */
export function commonOf(
  c: AppContext,
  deps: EndUserDeps,
  { params, body, key }: { params?: object | undefined; body: object; key: string | null },
) {
  return {
    endUser: readEndUser(c, deps, body),
    idempotency: idempotencyOf(key, { ...params, ...body }),
  }
}
