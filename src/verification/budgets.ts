// Which limits a request counts against, as keys. Nothing in a key is in plaintext.
// It must not count: limits/ does, all or nothing.

import type { Channel } from '../kernel/channel.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Domain } from './domain.ts'
import type { Admission, GuessQuery, Limiter, LimitKey } from './limit-ports.ts'
import type { LimitName, ServicePolicy, TestRecipient } from './policy.ts'
import { LONGEST_LIFETIME_MS, TAIL_DIGITS } from './policy.ts'
import type { VerificationStore } from './ports.ts'
import { addressIndexes, budgetKey, type Recipient, recipientOf } from './recipient.ts'
import type { Judge } from './verdict.ts'

type Subject = {
  service: ServicePolicy
  recipient: Recipient
  authenticated: boolean
  clientIp: string | null
}

/** The parts that keys are made with. */
export type LimitKeyDeps = Pick<Domain, 'keyring' | 'addressKey'>

/**
 * What is counted, under each of these limits that the service has. One index serves them all: a counter's name begins with
 * its limit's. Under the oldest key, so that nodes count together during a key rotation.
 */
function keysOf(
  { keyring }: LimitKeyDeps,
  service: ServicePolicy,
  names: readonly LimitName[],
  counted: readonly string[],
): LimitKey[] {
  const limits = names.flatMap((name) => {
    const limit = service.limits[name]
    return limit ? [{ name, limit }] : []
  })
  if (limits.length === 0) return []
  const index = keyring.oldestMac('blind-index', ['limit', service.name, ...counted])
  const key = index.toString('base64url')
  return limits.map((one) => ({ ...one, key }))
}

/** One message: a start or a resend. Addresses first, by which strangers are distinguished. */
export function sendLimitKeys(domain: LimitKeyDeps, subject: Subject): LimitKey[] {
  const { service, recipient, clientIp } = subject
  const kind = subject.authenticated ? 'authenticated' : 'anonymous'
  const keys = sendAddressKeys(domain, service, clientIp)
  const add = (names: LimitName[], ...counted: string[]) =>
    keys.push(...keysOf(domain, service, names, [...counted, kind]))
  add(['sends_per_number_burst', 'sends_per_number_day'], budgetKey(recipient)) // mutant: I10.send-limit-form
  if (recipient.kind === 'phone') {
    add(['sends_per_prefix_hour'], recipient.address.slice(0, -TAIL_DIGITS))
    add(['sends_per_country_hour'], recipient.country)
  }
  add(['sends_per_service_hour'])
  return keys
}

/** For a message that no request asked for: another try of one that may have arrived. */
export function createCountMessage(
  deps: LimitKeyDeps & {
    limiter: Limiter
    services: ReadonlyMap<string, ServicePolicy>
    store: Pick<VerificationStore, 'findSuppressed'>
    clock: Clock
    judge: Judge
  },
) {
  return async (message: {
    service: string
    channel: Channel
    country: string | null
    authenticated: boolean
    clientIp: string | null
    prepared: { to: string }
  }): Promise<Admission['kind'] | 'suppressed' | 'blocked'> => {
    const service = deps.services.get(message.service)
    // Its plan has given it back: another node knows the service.
    if (!service) return 'refused'
    const { country, authenticated, clientIp, prepared } = message
    const recipient = recipientOf(prepared.to, country)
    const indexes = addressIndexes(deps.keyring, service.name, recipient)
    const key = { channel: message.channel, addressIndexes: indexes }
    if (await deps.store.findSuppressed(key, deps.clock.now())) return 'suppressed'
    const verdict = await deps.judge(service.name, { recipient, clientIp })
    if (verdict?.effect === 'refuse') return 'blocked' // mutant: I21.step-blocked
    const keys = sendLimitKeys(deps, { service, recipient, authenticated, clientIp })
    return (await deps.limiter.admit(keys)).kind
  }
}

/**
 * Nothing is sent to a test recipient, so that no send limit counts it; one number has its guess budget still. A prefix
 * is millions of numbers with a budget each: there the limits by address keep one stranger from hashing without end.
 * @param test undefined: it was one, and has ended since
 */
export function testLimitKeys(
  domain: LimitKeyDeps,
  subject: Pick<Subject, 'service' | 'clientIp'>,
  test: TestRecipient | undefined,
): LimitKey[] {
  if (test && !test.prefix) return [] // mutant: C19.test-address-limits
  return sendAddressKeys(domain, subject.service, subject.clientIp)
}

function sendAddressKeys(
  domain: LimitKeyDeps,
  service: ServicePolicy,
  clientIp: string | null,
): LimitKey[] {
  return addressKeys(domain, service, ['sends_per_ip_burst', 'sends_per_ip_day'], clientIp)
}

/** Nothing is sent: what is counted is who takes guesses from whom. */
export function factorStartLimitKeys(
  domain: LimitKeyDeps,
  service: ServicePolicy,
  clientIp: string | null,
): LimitKey[] {
  return addressKeys(domain, service, ['factor_starts_per_ip'], clientIp)
}

export function checkLimitKeys(
  domain: LimitKeyDeps,
  service: ServicePolicy,
  clientIp: string | null,
): LimitKey[] {
  return addressKeys(domain, service, ['check_per_ip'], clientIp)
}

function addressKeys(
  domain: LimitKeyDeps,
  service: ServicePolicy,
  names: readonly LimitName[],
  clientIp: string | null,
): LimitKey[] {
  if (clientIp === null || service.clientIp === 'off') return []
  return keysOf(domain, service, names, [domain.addressKey(clientIp)])
}

/** The guess budget that a new verification reserves from. */
export function guessQuery(
  service: ServicePolicy,
  { budgetIndexes, maxGuesses }: { budgetIndexes: readonly Uint8Array[]; maxGuesses: number },
  authenticated: boolean,
  now: number,
): GuessQuery {
  const names = ['guesses_per_number_hour', 'guesses_per_number_day'] as const
  return {
    service: service.name,
    budgetIndexes,
    authenticated,
    now,
    limits: names.flatMap((name) => {
      const limit = service.limits[name]
      return limit && maxGuesses > 0 ? [{ name, limit }] : []
    }),
    longestLifetimeMs: LONGEST_LIFETIME_MS,
    wanted: maxGuesses,
  }
}
