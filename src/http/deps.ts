// The parts that the routes are given, and the context that a request carries through the middleware.
// It must not build anything: compose.ts fills `AppDeps`.

import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { Access, Authenticator } from '../access/authenticator.ts'
import type { AdminDeps } from '../admin/operations.ts'
import type { CallDesk } from '../delivery/calls/ports.ts'
import type { Inbox } from '../delivery/ports.ts'
import type { ReceiptDesk } from '../delivery/receipts/ports.ts'
import type { Follower } from '../events/follower.ts'
import type { EventStore } from '../events/types.ts'
import type { FactorService } from '../factors/api.ts'
import type { Approvals } from '../front/approvals.ts'
import type { Door, FrontDesk } from '../front/desk.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Span, Tracing } from '../kernel/tracing.ts'
import type { VerificationService } from '../verification/api.ts'
import type { ServicePolicy } from '../verification/policy.ts'
import type { RefusalLog } from '../verification/ports.ts'
import type { StreamPlaces } from './stream-places.ts'

/** Fields first, then the message, as in pino. It redacts; it is never given a body. */
export type Log = Record<
  'debug' | 'info' | 'warn' | 'error',
  (fields: Record<string, unknown>, message: string) => void
>

/** The checks by name; no internal details, for anybody may read them. */
export type Readiness = { ready: boolean; checks: Record<string, boolean> }

export type AppDeps = {
  service: VerificationService
  factors: FactorService
  approvals: Approvals
  /** For browsers that come with a view token. */
  desk: FrontDesk
  services: ReadonlyMap<string, ServicePolicy>
  authenticator: Authenticator
  events: Pick<EventStore, 'append' | 'list'>
  /**
   * The budget indexes of a recipient or subject, for the events filter: within one service, or
   * (null) within each. Null: `to` is neither a phone number nor an address.
   */
  eventIndexes: (query: {
    service: string | null
    to: string | null
    country: string | null
    subject: string | null
  }) => readonly Uint8Array[] | null
  /** An IP address, in any spelling, to its canonical form; null: it is not one. */
  parseAddress: (text: string) => string | null
  /** The end user's address from X-Forwarded-For or Forwarded, where the peer is trusted; else null. */
  resolveAddress: (input: {
    peer: string | undefined
    forwardedFor: string | undefined
    forwarded: string | undefined
  }) => string | null
  /** Whether the peer's X-Forwarded-… headers count: it is one of TRUSTED_PROXIES. */
  trustsPeer: (peer: string | undefined) => boolean
  refusals: RefusalLog
  admin: AdminDeps
  /** The log as it grows. */
  follower: Follower
  streamPlaces: StreamPlaces
  exportPlaces: StreamPlaces
  /** Null in production: then its routes do not exist. */
  inbox: Inbox | null
  /** Null without PUBLIC_URL: nobody could report. */
  receipts: ReceiptDesk | null
  /** Null: nobody calls. */
  calls: CallDesk | null
  readiness: () => Promise<Readiness>
  metrics: {
    readonly contentType: string
    text(): Promise<string>
    observeRequest(route: string, method: string, status: number, seconds: number): void
    countWrongKey(where: 'api' | 'console'): void
  }
  logger: Log
  clock: Clock
  /** Null: traces are off. */
  tracing: Tracing | null
  /** Aborted when the server drains: ends the inbox's open streams. */
  closing: AbortSignal
}

/** A key and the policy of its service, where it has one. */
type KnownCaller = Omit<Access, 'service'> & { service: ServicePolicy | null }

export type AppEnv = {
  Bindings: HttpBindings
  Variables: {
    requestId: string
    /** The path as the OpenAPI document has it; absent where nothing matched. */
    route?: string
    /** Set by the auth middleware. */
    caller?: KnownCaller
    /** The parsed JSON body, before its schema. */
    body?: unknown
    /** Validated; each route knows its type (define-route.ts). */
    input?: unknown
    /** Of a request with a valid key or token, where traces are on. */
    span?: Span
    /** Of a request with a valid view token, by the browser that holds it. */
    door?: Door
  }
}
export type AppContext = Context<AppEnv>
/** One of what a request passes before its route, in order: a refusal ends it. */
export type Step = (c: AppContext) => MaybeAnswer | Promise<MaybeAnswer>
export type MaybeAnswer = Response | undefined
