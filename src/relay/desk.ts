// The relay: a login system's own code, accepted and stored here, and sent after the answer.
// It must not look at a body before its sender is known, nor send anything of a payload but a code in our own texts.

import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '../kernel/clock.ts'
import { readLanguageTag } from '../kernel/language-tag.ts'
import { createRareNote } from '../kernel/rare-note.ts'
import { RELAY_SYSTEMS, type RelaySystem } from '../kernel/relay-systems.ts'
import type { Refusal, StartResult, VerificationService } from '../verification/api.ts'
import type { ServicePolicy } from '../verification/policy.ts'
import type { Proof, RelayAnswer, RelayMessage, System } from './ports.ts'
import { SYSTEMS } from './systems/all.ts'

export type RelayDeps = {
  service: Pick<VerificationService, 'start'>
  services: ReadonlyMap<string, ServicePolicy>
  /** An IP address, in any spelling, to its canonical form; null: it is not one. */
  parseAddress: (text: string) => string | null
  clock: Clock
  logger: Record<'info' | 'warn', (fields: Record<string, unknown>, message: string) => void>
}

/** A request whose head was looked at: what may be read of its body, and what becomes of it then. */
export type Opened = { maxBytes: number; take(body: Uint8Array): Promise<RelayAnswer> }

export type RelayDesk = {
  /** Undefined: no service sends for such a system. An answer: the request is refused, and none of its body is read. */
  open(system: string, headers: IncomingHttpHeaders): Opened | RelayAnswer | undefined
  /** In the system's own shape; undefined: no service sends for it. */
  refuse(
    system: string,
    refusal: Pick<Refusal, 'error' | 'retryAfterSeconds'>,
  ): RelayAnswer | undefined
}

/** Supabase waits for five seconds in all, its two further tries included. */
const ANSWER_WITHIN_MS = 4_000
const SLICE_MS = 20_000
/**
 * The present one, in which the answer is stored, and as many as make up a minute before it: a minute has no edge that a
 * repetition could fall behind. On PostgreSQL the commit holds a lock on each of them, so that two nodes agree there, too.
 */
const SLICES = 4

const UTF8 = new TextDecoder('utf-8', { fatal: true })
const UNAUTHENTICATED = { error: 'unauthenticated' } as const
const UNREADABLE = { error: 'invalid_request' } as const
const LATE = { error: 'overloaded', retryAfterSeconds: 1 } as const

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(UTF8.decode(body))
  } catch {
    return undefined
  }
}

/** No recipient and no code is in a key: it is held in memory while its request runs. */
function keyOf(system: RelaySystem, { once }: RelayMessage): string {
  const digest = createHash('sha256').update(JSON.stringify(once.parts)).digest('base64url')
  return `relay:${system}:${digest}`
}

function slicesAt(now: number): string[] {
  const present = Math.floor(now / SLICE_MS)
  return Array.from({ length: SLICES }, (_, back) => String(present - back)) // mutant: C93.minute-without-edge
}

type Owned = { policy: ServicePolicy; secret: string }

/** The secrets of all services for a system: that which fits says which service a request is for. */
function ownersOf(services: RelayDeps['services'], system: RelaySystem): Owned[] {
  return [...services.values()].flatMap((policy) =>
    (policy.relay[system] ?? []).map((secret) => ({ policy, secret })),
  )
}

/** All are tried, so that the time does not say whose it is. */
function ownerOf(owners: readonly Owned[], proof: Proof, body: Uint8Array) {
  return owners.filter(({ secret }) => proof.fits(secret, body))[0]?.policy
}

const NO_BODY = new Uint8Array()

export function createRelayDesk(deps: RelayDeps): RelayDesk {
  const { clock } = deps
  const noteForged = createRareNote(deps, 'a relay request was refused: it is not signed', 'system')
  const noteNothing = createRareNote(
    deps,
    'a relay request has no code and nothing was sent: texts without a code are not relayed',
    'system',
  )
  const doors = new Map<string, Door>()
  for (const name of RELAY_SYSTEMS) {
    const owners = ownersOf(deps.services, name)
    if (owners.length > 0) doors.set(name, { name, system: SYSTEMS[name], owners })
  }

  const take = async (door: Door, policy: ServicePolicy, body: Uint8Array) => {
    const { name, system } = door
    const reading = system.read(parseJson(body))
    if (reading.kind === 'unreadable') return system.answers.refused(UNREADABLE)
    if (reading.kind === 'nothing') {
      noteNothing(name, { type: /^[\w.-]{1,64}$/.test(reading.type) ? reading.type : '-' })
      return system.answers.accepted()
    }
    const refused = await startAll(deps, door, policy, reading.messages)
    return refused ? system.answers.refused(refused) : system.answers.accepted()
  }

  return {
    open(given, headers) {
      const door = doors.get(given)
      if (!door) return undefined
      const { name, system, owners } = door
      const refuse = () => {
        noteForged(name)
        return system.answers.refused(UNAUTHENTICATED)
      }
      const proof = system.prove(headers, clock.now())
      if (!proof) return refuse()
      const known = proof.needs === 'head' ? ownerOf(owners, proof, NO_BODY) : undefined
      if (proof.needs === 'head' && !known) return refuse() // mutant: C93.head-before-body
      return {
        maxBytes: system.maxBytes,
        async take(body) {
          const policy = known ?? ownerOf(owners, proof, body)
          return policy ? await take(door, policy, body) : refuse()
        },
      }
    },
    refuse: (given, refusal) => doors.get(given)?.system.answers.refused(refusal),
  }
}

type Door = { name: RelaySystem; system: System; owners: readonly Owned[] }

/** One after the other: which of a change of address was refused does not depend on chance. @returns the first refusal */
async function startAll(
  deps: RelayDeps,
  door: Door,
  policy: ServicePolicy,
  messages: readonly RelayMessage[],
): Promise<Refusal | typeof LATE | undefined> {
  const late = Promise.withResolvers<typeof LATE>()
  const timer = setTimeout(late.resolve, ANSWER_WITHIN_MS, LATE)
  try {
    for (const message of messages) {
      const result = await Promise.race([start(deps, door.name, policy, message), late.promise])
      if ('error' in result) return result
    }
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

function start(
  { service, parseAddress, clock }: RelayDeps,
  system: RelaySystem,
  policy: ServicePolicy,
  message: RelayMessage,
): Promise<StartResult> {
  const { to, code, purpose, locale, ip, once } = message
  const key = keyOf(system, message)
  const body = { to, code, purpose }
  const isByMinute = once.by === 'minute'
  return service.start(
    { service: policy, keyId: `relay:${system}` },
    {
      ...{ to, purpose, locale: locale === null ? null : readLanguageTag(locale), ownCode: code },
      ...{ channel: null, channels: null, country: null, codeLength: null, ttlSeconds: null },
      ...{ authenticated: false, decoy: false, metadata: {}, challenge: null },
      session: null,
      endUser: { clientIp: ip === null ? null : parseAddress(ip), userAgent: null },
      idempotency: { key, body, ...(isByMinute && { slices: slicesAt(clock.now()) }) },
    },
  )
}
