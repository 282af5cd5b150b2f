// From an event of the log to what rules count: the prefix and the last digits of a number, a country, a network, a domain.
// It must not keep a recipient: the rules see parts of it, and it is sealed in the log.

import { isFactorChannel } from '../kernel/channel.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { recipientContext } from '../kernel/sealing.ts'
import { SHIELD_RULES, type ShieldRule } from '../kernel/shield-rules.ts'
import { type ServicePolicy, TAIL_DIGITS } from '../verification/policy.ts'
import type { WatchedEvent } from './log-ports.ts'
import { PREFIX_DIGITS } from './values.ts'

/** `failure`: its message was given up, so it reached nobody. */
export type FactKind = 'start' | 'approval' | 'failure'

export type Fact = {
  kind: FactKind
  at: number
  /** When its verification was started. */
  startedAt: number
  service: string
  verificationId: string
  /** What each rule counts it under; absent: nothing of it. */
  values: Partial<Record<ShieldRule, string>>
  /** What tells people of one value apart; the last digits of a number. */
  tail: string
  /** In plaintext: in memory alone. */
  recipient: string
}

export type FactDeps = {
  keyring: Pick<Keyring, 'open' | 'mac'>
  /** The /24 or /48 of an address; undefined: it is none. */
  networkOf: (ip: string) => string | undefined
  /** Nobody reports of this service whether a caller's own code was used: the rules would take each for unused. */
  isUnreported?: (service: string) => boolean
}

/** Login systems that codes are sent for report nothing of them; the budgets that such a service must have stand in. */
export const unreportedIn =
  (services: ReadonlyMap<string, Pick<ServicePolicy, 'relay'>>) =>
  (service: string): boolean =>
    Object.keys(services.get(service)?.relay ?? {}).length > 0

const KIND_OF: Partial<Record<WatchedEvent['type'], FactKind>> = {
  'verification.started': 'start',
  'verification.approved': 'approval',
  'verification.closed': 'approval',
}

function kindOf({ type, details }: WatchedEvent): FactKind | undefined {
  // The first message alone: a start is taken back once, however many resends fail.
  if (type === 'delivery.failed') return details.send === 1 ? 'failure' : undefined
  // Of a caller's own code; one that failed is unused.
  if (type === 'verification.closed' && details.outcome !== 'approved') return undefined
  return KIND_OF[type]
}

type Values = Pick<Fact, 'values' | 'tail'>

function ofNumber(number: string, country: string | null): Values {
  const digits = number.replace(/^\+/, '')
  const prefix = digits.slice(0, -TAIL_DIGITS)
  const values: Fact['values'] = {}
  if (prefix.length >= PREFIX_DIGITS.min) values.prefix = values.sequential = prefix
  if (country !== null) values.country = values.conversion = country
  return { values, tail: digits.slice(-TAIL_DIGITS) }
}

/** An address is counted under a keyed hash: the levels are stored. */
function ofAddress(address: string, service: string, { keyring }: FactDeps): Values {
  const index = keyring.mac('blind-index', ['shield', service, address]).toString('base64url')
  const domain = address.slice(address.lastIndexOf('@') + 1)
  return { values: { domain, address: `${index}@${domain}` }, tail: '' }
}

/** @returns undefined for what no rule counts: a decoy, a test, a factor, a known recipient, one that cannot be read */
function readFact(event: WatchedEvent, kind: FactKind, deps: FactDeps): Fact | undefined {
  const { verificationId, channel, createdAt, recipientSealed, service, clientIp } = event
  if (event.kind !== 'real' || event.isKnown || verificationId === null) return undefined // mutant: C84.known-pass
  if (event.details.checked_by !== undefined && deps.isUnreported?.(service)) return undefined
  if (channel === null || isFactorChannel(channel) || createdAt === null || !recipientSealed)
    return undefined
  let recipient: string
  try {
    recipient = deps.keyring.open(recipientSealed, recipientContext(verificationId))
  } catch {
    // Its root key no longer exists.
    return undefined
  }
  const { values, tail } = recipient.includes('@')
    ? ofAddress(recipient, service, deps)
    : ofNumber(recipient, event.country)
  const network = clientIp === null ? undefined : deps.networkOf(clientIp)
  if (network !== undefined) values.network = network
  const about = { service, verificationId, values, tail, recipient }
  return { kind, at: event.at, startedAt: createdAt, ...about }
}

export function createFactReader(deps: FactDeps) {
  return {
    /** Of an event that rules count. */
    judged(event: WatchedEvent): Fact | undefined {
      const kind = kindOf(event)
      return kind && readFact(event, kind, deps)
    },
    /** Whose start another event is about. */
    startOf: (event: WatchedEvent): Fact | undefined => readFact(event, 'start', deps),
  }
}

/** In the order of SHIELD_RULES. */
export const valuesOf = ({ values }: Fact): [ShieldRule, string][] =>
  SHIELD_RULES.flatMap((rule): [ShieldRule, string][] => {
    const value = values[rule]
    return value === undefined ? [] : [[rule, value]]
  })
