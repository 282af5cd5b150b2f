// A whole service in one process, with time and provider steered: real SQLite file, real argon2 (light), real outbox.

import { join } from 'node:path'
import { decideSettlement } from '../../src/delivery/answers/backoff.ts'
import type { ClaimedDelivery } from '../../src/delivery/outbox-ports.ts'
import { createPlan, type Prepared } from '../../src/delivery/plan.ts'
import { createRests } from '../../src/delivery/routes/rests.ts'
import { pickLocale } from '../../src/delivery/templates/languages.ts'
import { createFactorComparers } from '../../src/factors/comparers.ts'
import { purgeUnverified } from '../../src/factors/domain.ts'
import { createOtp } from '../../src/factors/otp.ts'
import { drawQr } from '../../src/factors/qr.ts'
import { createFactorService } from '../../src/factors/service.ts'
import { createHasher } from '../../src/hashing/hasher.ts'
import { type FactorChannel, MIN_REMAINING_TO_SEND_MS } from '../../src/kernel/channel.ts'
import { createClock } from '../../src/kernel/clock.ts'
import { createReference } from '../../src/kernel/ids.ts'
import { createKeyedLock } from '../../src/kernel/keyed-lock.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { codeContext } from '../../src/kernel/sealing.ts'
import { SHIELD_RULES, type ShieldModes } from '../../src/kernel/shield-rules.ts'
import { addressKey } from '../../src/limits/client-address.ts'
import { openSqliteLimiter } from '../../src/limits/sqlite-limiter.ts'
import { createBook } from '../../src/shield/book.ts'
import { createChallenges } from '../../src/shield/challenge.ts'
import { createLists } from '../../src/shield/lists.ts'
import { EVENT_CODES } from '../../src/storage/sqlite/event-rows.ts'
import { openDatabase } from '../../src/storage/sqlite/open.ts'
import { createSqliteStore } from '../../src/storage/sqlite/store.ts'
import type { Caller, FrontFields } from '../../src/verification/api.ts'
import {
  type Comparers,
  createMessageComparers,
  generateCode,
} from '../../src/verification/comparison.ts'
import type { Domain } from '../../src/verification/domain.ts'
import type { Hasher } from '../../src/verification/hashing-ports.ts'
import type { Limiter } from '../../src/verification/limit-ports.ts'
import { DEFAULT_LIMITS, type ServicePolicy } from '../../src/verification/policy.ts'
import type { VerificationStore } from '../../src/verification/ports.ts'
import { createVerificationService } from '../../src/verification/service.ts'
import { createSweeper } from '../../src/verification/sweeper.ts'
import { temporaryDirectory } from '../e2e/service-process.ts'

type Ports = { store: VerificationStore; limiter: Limiter; hasher: Hasher }
export type ProviderOutcome = 'accepted' | 'temporary' | 'permanent' | 'ambiguous'
export type World = Awaited<ReturnType<typeof createWorld>>

const START_WALL_MS = Date.UTC(2026, 10, 1)
const LEASE_MS = 30_000
const ERROR = { code: 'test', message: 'as the test says' }

/** One row of a verification with what the log and the outbox hold of it. */
export type WorldRow = {
  id: string
  status: string
  attempts: number
  failed: number
  max_attempts: number
  sends: number
  code_hash: string | null
  code_sealed: Uint8Array | null
  expires_at: number
  approvals: number
  started_events: number
  deliveries: number
  queued: number
}

const ROWS = `
  SELECT v.id, v.status, v.attempts, v.failed, v.max_attempts, v.sends, c.code_hash, c.code_sealed, v.expires_at,
    (SELECT count(*) FROM events e WHERE e.verification_seq = v.seq AND e.type = $approved) AS approvals,
    (SELECT count(*) FROM events e WHERE e.verification_seq = v.seq AND e.type = $started) AS started_events,
    (SELECT count(*) FROM deliveries d WHERE d.verification_seq = v.seq) AS deliveries,
    (SELECT count(*) FROM deliveries d WHERE d.verification_seq = v.seq AND d.status = 'queued') AS queued
  FROM verifications v LEFT JOIN codes c ON c.verification_seq = v.seq`

export const RECORDED = Object.fromEntries(
  SHIELD_RULES.map((rule) => [rule, 'record']),
) as ShieldModes

export function testService(over: Partial<ServicePolicy> = {}): ServicePolicy {
  return {
    name: 'default',
    brandName: 'Example',
    codeLength: 6,
    ttlSeconds: 600,
    maxAttempts: 5,
    maxSends: 5,
    totpWindow: 1,
    channels: ['sms', 'email'],
    limits: DEFAULT_LIMITS,
    shield: RECORDED,
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
    approvalAudience: 'default',
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
    ...over,
  }
}

/** Of messages and of factors, as compose.ts joins them. */
export function comparersOf(deps: Parameters<typeof createFactorComparers>[0]): Comparers {
  return { ...createMessageComparers(deps), ...createFactorComparers(deps) }
}

export const NOBODY = { endUser: { clientIp: null, userAgent: null }, idempotency: null }

/** By the same provider, which is the only one. */
const AGAIN = { provider: 'test', tried: '', isNewRound: true, notBefore: 0, roundLength: 1 }

export async function createWorld(options: {
  guessesPerHour?: number
  service?: Partial<ServicePolicy>
  /** Stands between the domain and its real ports, such as a gate that forces an order. */
  wrapPorts?: (ports: Ports) => Ports
  /** As between nodes: starts of one session do not wait for each other. */
  withoutLock?: boolean
  waitTooLong?: Domain['waitTooLong']
  judge?: Domain['judge']
}) {
  const directory = temporaryDirectory()
  const at = { wall: START_WALL_MS, monotonic: 0 }
  const clock = createClock({ wallMs: () => at.wall, monotonicMs: () => at.monotonic })
  const client = await openDatabase({
    path: join(directory.path, 'countersign.db'),
    migrationsFolder: 'drizzle/sqlite',
    synchronous: 'normal',
  })
  const store = createSqliteStore(client)
  const limiter = await openSqliteLimiter({ path: join(directory.path, 'limits.db') })
  const keyring = createKeyring([Buffer.alloc(32, 7)])
  const hasher = createHasher({ keyring, memoryKib: 8, passes: 1, concurrency: 2, queueLimit: 64 })
  const guesses = { max: options.guessesPerHour ?? 40, windowSeconds: 3600 }
  const policy = testService({
    limits: {
      ...DEFAULT_LIMITS,
      sends_per_number_burst: null,
      sends_per_number_day: null,
      sends_per_prefix_hour: null,
      guesses_per_number_hour: guesses,
    },
    ...options.service,
  })
  const caller: Caller = { service: policy, keyId: 'key_test' }
  const ports: Ports = { store: store.verifications, limiter, hasher }
  const wrapped = options.wrapPorts?.(ports) ?? ports
  const compared = {
    ...{ keyring, clock, hasher: wrapped.hasher, factors: store.factors, otp: createOtp() },
    wall: { now: () => at.wall },
  }
  const book = createBook({
    ...{ store: store.lists, isKnown: store.verifications.isKnown },
    ...{ keyring, clock, logger: { warn: () => {} } },
  })
  const domain = {
    ...wrapped,
    front: store.front,
    mint: { take: () => undefined, giveBack: () => {} },
    refusals: { record: () => {} },
    challenges: createChallenges({ keyring, clock, tries: 8 }),
    judge: options.judge ?? book.judge,
    wake: () => {},
    lock: options.withoutLock
      ? { run: <T>(_keys: readonly string[], work: () => Promise<T>) => work() }
      : createKeyedLock(),
    hasPages: true,
    generateCode,
    createReference,
    pickLocale,
    pickProvider: () => 'test',
    waitTooLong: options.waitTooLong ?? (async () => null),
    hasReceipts: () => true,
    addressKey,
    ...compared,
    drawQr,
    compare: comparersOf(compared),
  }
  const service = createVerificationService(domain)
  const sweeper = createSweeper({
    ...{ store: store.verifications, clock },
    alsoPurge: (limit) => purgeUnverified({ factors: store.factors, clock }, limit),
    logger: { warn: () => {} },
  })
  const plan = createPlan({
    keyring,
    chooser: { whenDue: () => ({ kind: 'send', provider: 'test' }) },
    ...{ rests: createRests(), clock },
    knowsService: () => true,
    mayCall: () => true,
  })
  const sent: {
    verificationId: string
    code: string
    pendingAtSend: boolean
    remainingMs: number
  }[] = []
  let outcome: ProviderOutcome = 'accepted'
  let sweptAt = 0
  const statusOf = client.prepare('SELECT status FROM verifications WHERE id = ?').pluck()
  const sealedOf = client
    .prepare(
      'SELECT code_sealed FROM codes JOIN verifications ON seq = verification_seq WHERE id = ?',
    )
    .pluck()
  const codes = new Map<string, string>()

  const settle = async (claim: ClaimedDelivery<Prepared>) => {
    const { silent, code } = claim.prepared
    if (!silent)
      sent.push({
        verificationId: claim.verificationId,
        code,
        pendingAtSend: statusOf.get(claim.verificationId) === 'pending',
        remainingMs: claim.expiresAt - clock.now(),
      })
    const answer = {
      accepted: { kind: 'accepted', reference: null },
      temporary: { kind: 'temporary', error: ERROR, retryAfterMs: null },
      permanent: { kind: 'permanent', fault: 'message', error: ERROR },
      ambiguous: { kind: 'ambiguous', error: ERROR },
    } as const
    const result = silent ? answer.accepted : answer[outcome]
    const now = clock.now()
    await store.outbox.settle({
      ...{ claim, now, durationMs: 1 },
      // The only provider that refuses for good leaves no other.
      result: decideSettlement(
        claim,
        result,
        result.kind === 'permanent' ? undefined : AGAIN,
        now,
        0.5,
      ),
    })
  }

  return {
    ...{ clock, client, store, service, caller, policy, sent, keyring, domain, sweeper },
    lists: createLists({ store: store.lists, book, keyring, clock }),
    factors: createFactorService(domain),
    startFactor: (given: {
      subject: string
      channel: FactorChannel
      decoy?: boolean
      session?: string
      purpose?: string
      authenticated?: boolean
      front?: FrontFields
    }) =>
      service.start(caller, {
        ...{ locale: null, purpose: 'login', session: null, authenticated: false, decoy: false },
        ...{ ttlSeconds: null, metadata: {}, challenge: null, ...given, ...NOBODY },
      }),
    get sweptAt() {
      return sweptAt
    },
    rows: () =>
      client.prepare(ROWS).all({
        approved: EVENT_CODES['verification.approved'],
        started: EVENT_CODES['verification.started'],
      }) as WorldRow[],
    start: ({
      key,
      ...given
    }: {
      to: string
      session: string | null
      purpose: string
      decoy: boolean
      ttlSeconds: number
      authenticated?: boolean
      /** Its Idempotency-Key. */
      key?: string | undefined
      front?: FrontFields | undefined
    }) =>
      service.start(caller, {
        ...{
          channel: null,
          channels: null,
          country: null,
          locale: null,
          codeLength: null,
          metadata: {},
          challenge: null,
        },
        ...{ authenticated: false, ...given, ...NOBODY },
        idempotency: key === undefined ? null : { key, body: given },
      }),
    check: (given: { id: string; code: string; purpose: string; session: string | null }) =>
      service.check(caller, { to: null, country: null, subject: null, ...given, ...NOBODY }),
    resend: (id: string) => service.resend(caller, { id, channel: null, ...NOBODY }),
    cancel: (id: string) => service.cancel(caller, { id, ...NOBODY }),
    /** The code, opened from the row as it was right after the start. */
    codeOf(id: string): string {
      const known = codes.get(id)
      if (known !== undefined) return known
      const code = keyring.open(sealedOf.get(id) as Uint8Array, codeContext(id))
      codes.set(id, code)
      return code
    },
    wrongCode: (code: string) => (code.startsWith('9') ? '0' : '9') + code.slice(1),
    /** Moves the wall; time that goes forward passes on the monotonic clock, too. */
    wallMs: () => at.wall,
    moveWall(ms: number) {
      at.wall += ms
      if (ms > 0) at.monotonic += ms
    },
    setProvider(next: ProviderOutcome) {
      outcome = next
    },
    /** One round of the worker: everything that is due is claimed, sent and settled. */
    async deliver() {
      for (const channel of ['sms', 'email'] as const) {
        const claims = await store.outbox.claim<Prepared>({
          ...{
            now: clock.now(),
            lanes: [{ channel, provider: 'test', limit: 50 }],
            leaseMs: LEASE_MS,
            plan,
          },
          minRemainingMs: MIN_REMAINING_TO_SEND_MS,
        })
        for (const claim of claims) await settle(claim)
      }
    },
    async sweep() {
      sweptAt = clock.now()
      await sweeper.sweepOnce()
    },
    async close() {
      await limiter.close()
      await store.close()
      directory.remove()
    },
  }
}
