// The app on a real socket, with a recording double in place of the domain: for wire mapping only.
// What the domain decides is tested with the real one.

import { createAuthenticator, type FixedKey } from '../../src/access/authenticator.ts'
import { addConsole } from '../../src/console/console.ts'
import type { ConsoleDeps } from '../../src/console/page-route.ts'
import type { FactorService } from '../../src/factors/api.ts'
import { createFrontDesk } from '../../src/front/desk.ts'
import { createApp } from '../../src/http/app.ts'
import type { AppDeps } from '../../src/http/deps.ts'
import {
  MAX_CONNECTIONS,
  type RunningServer,
  type ServerOptions,
  startServer,
} from '../../src/http/server.ts'
import { createClock } from '../../src/kernel/clock.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { createLogger } from '../../src/kernel/logger.ts'
import { createAddressResolver, parseAddress } from '../../src/limits/client-address.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import type {
  DetailedView,
  VerificationService,
  VerificationView,
} from '../../src/verification/api.ts'
import { DEFAULT_LIMITS, type ServicePolicy } from '../../src/verification/policy.ts'

export const KEY = 'a-key-of-the-shop-0123456789'
export const OTHER_KEY = 'a-key-of-the-bank-0123456789'
export const RELAY_KEY = 'relay-key-0123456789abcdef'
export const READ_KEY = 'a-key-for-reading-0123456789'
export const LOOSE_KEY = 'a-key-of-no-service-0123456789'
export const ADMIN_KEY = 'a-key-of-the-admin-0123456789'

const FIXED_KEYS: FixedKey[] = [
  { id: 'key_shop', text: KEY, service: 'shop', scopes: ['verify'] },
  { id: 'key_bank', text: OTHER_KEY, service: 'bank', scopes: ['verify'] },
  { id: 'key_relay', text: RELAY_KEY, service: 'shop', scopes: ['relay'] },
  { id: 'key_read', text: READ_KEY, service: 'shop', scopes: ['admin:read'] },
  { id: 'key_loose', text: LOOSE_KEY, service: null, scopes: ['verify'] },
  { id: 'key_admin', text: ADMIN_KEY, service: null, scopes: ['admin'] },
]

function policy(name: string): ServicePolicy {
  return {
    name,
    brandName: name,
    codeLength: 6,
    ttlSeconds: 600,
    maxAttempts: 5,
    maxSends: 5,
    totpWindow: 1,
    channels: ['sms', 'email'],
    limits: DEFAULT_LIMITS,
    shield: {} as ServicePolicy['shield'],
    clientIp: 'off',
    allowedCountries: '*',
    voiceCountries: [],
    landlines: 'allowed',
    locale: 'en',
    originDomain: null,
    androidAppHash: null,
    subjectShowsCode: false,
    brandColor: null,
    brandLogo: null,
    returnUrls: [],
    approvalAudience: name,
    linkUrl: null,
    templates: {},
    testRecipients: [],
    chain: [],
    webhooks: [],
    frontOrigins: [],
    twilioServiceSid: null,
    camaraOtp: false,
    relay: {},
    twilioPercent: 0,
  }
}

export const ID = 'vrf_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p'

export const VIEW: VerificationView = {
  id: ID,
  reference: 'K7Q-42M',
  status: 'pending',
  to: '+14155552671',
  subject: null,
  locale: 'en-US',
  channel: 'sms',
  purpose: 'login',
  deliveryStatus: 'queued',
  attemptsRemaining: 5,
  sendsRemaining: 4,
  createdAt: 1_790_000_000_000,
  expiresAt: 1_790_000_600_000,
  expiresInSeconds: 600,
  resendAt: 1_790_000_030_000,
  resendInSeconds: 30,
  nextStep: null,
  metadata: { order: '7' },
}

const DETAILED: DetailedView = {
  ...VIEW,
  deliveries: [
    {
      id: 'dlv_1',
      channel: 'sms',
      provider: 'twilio',
      status: 'failed',
      tries: 2,
      error: { code: '21610', message: 'Unsubscribed' },
      queuedAt: VIEW.createdAt,
      sentAt: null,
      deliveredAt: null,
    },
  ],
}

type Call = { operation: string; caller: string; command: Record<string, unknown> }

export type Double = {
  server: RunningServer
  calls: Call[]
  refusals: Parameters<AppDeps['refusals']['record']>[0][]
  lines: string[]
  /** Sets what an operation answers; a function may throw. */
  answer(operation: keyof VerificationService | keyof FactorService, result: unknown): void
  close(): Promise<void>
}

const success = (kind: string) => ({ kind, verification: VIEW, budgets: [], replayed: false })

/** Operations by name, each of which notes its call and answers as it was told. */
const createRecorder =
  (calls: Call[], answers: Map<string, unknown>) =>
  (name: string) =>
  async (caller: { service: ServicePolicy }, command: object): Promise<never> => {
    calls.push({ operation: name, caller: caller.service.name, command: { ...command } })
    const answer = answers.get(name)
    return (typeof answer === 'function' ? answer() : answer) as never
  }
type Operation = ReturnType<typeof createRecorder>

function createService(operation: Operation): VerificationService {
  return {
    start: operation('start'),
    resend: operation('resend'),
    check: operation('check'),
    cancel: operation('cancel'),
    report: operation('report'),
    advance: operation('advance'),
    get: operation('get'),
    list: operation('list'),
  }
}

function createFactors(operation: Operation): FactorService {
  return {
    createApp: operation('createApp'),
    createCodes: operation('createCodes'),
    confirm: operation('confirm'),
    remove: operation('remove'),
    list: operation('listFactors'),
  }
}

/** @param given parts of the app to replace */
export async function startDouble(
  given: Partial<ConsoleDeps> & {
    times?: ServerOptions['times']
    maxConnections?: number
    host?: string
    trusted?: string[]
  } = {},
): Promise<Double> {
  const calls: Call[] = []
  const refusals: Double['refusals'] = []
  const lines: string[] = []
  const answers = new Map<string, unknown>([
    ['start', success('started')],
    ['resend', success('resent')],
    ['check', { ...success('approved'), verification: { ...VIEW, status: 'approved' } }],
    ['cancel', success('canceled')],
    ['report', success('reported')],
    ['advance', success('advanced')],
    ['get', { kind: 'found', verification: DETAILED }],
    ['list', { kind: 'listed', verifications: [DETAILED], nextCursor: null }],
  ])
  const operation = createRecorder(calls, answers)
  const services = new Map(['shop', 'bank'].map((name) => [name, policy(name)]))
  const clock = createClock()
  const logger = createLogger({ level: 'trace', sink: { write: (line) => void lines.push(line) } })
  const store = { find: async () => undefined, touch: async () => {} }
  const resolver = createAddressResolver({ trustedProxies: given.trusted ?? [] })
  const service = createService(operation)
  const deps: ConsoleDeps = {
    service,
    // Nothing is behind its tokens here: views are tested with the real parts.
    desk: createFrontDesk({
      ...{ keyring: createKeyring([Buffer.alloc(32, 7)]), service, services, clock },
      store: { open: async () => undefined, claimBrowser: async () => undefined },
      ...{ publicUrl: null, explain: () => null, onLook: () => {} },
    }),
    factors: createFactors(operation),
    approvals: {
      signs: true,
      approvalCodeFor: () => null,
      publicKeys: async () => [],
      signedFor: async () => null,
      exchange: operation('exchange'),
      consume: operation('consume'),
    },
    services,
    authenticator: createAuthenticator({ store, clock, fixedKeys: FIXED_KEYS, services }),
    events: {
      append: async () => {},
      list: async () => ({ items: [], cursors: [], nextCursor: null }),
    },
    metrics: createMetrics(),
    eventIndexes: () => [],
    parseAddress,
    resolveAddress: resolver.resolve,
    trustsPeer: resolver.trusts,
    // What admins have is tested with the real parts (test/admin, test/console).
    ...({ admin: {} } as Pick<
      ConsoleDeps,
      'admin' | 'follower' | 'streamPlaces' | 'exportPlaces' | 'sessions' | 'wrongKeys'
    >),
    refusals: { record: (refusal) => void refusals.push(refusal) },
    inbox: null,
    oidc: null,
    receipts: null,
    calls: null,
    readiness: async () => ({ ready: true, checks: { database: true } }),
    logger,
    clock,
    closing: new AbortController().signal,
    tracing: null,
    ...given,
  }
  const app = createApp(deps)
  addConsole(app, deps)
  const host = given.host ?? '127.0.0.1'
  const { times = {}, maxConnections = MAX_CONNECTIONS } = given
  const server = await startServer({
    ...{ app, host, port: 0, clock, logger },
    ...{ times, maxConnections },
  })
  return {
    server,
    calls,
    refusals,
    lines,
    answer: (operation, result) => void answers.set(operation, result),
    close: async () => void (await server.close(1000)),
  }
}
