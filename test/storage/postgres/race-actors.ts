// What several nodes do to a few verifications at once, at random, and what they were told.
// It must not judge: race-invariants.ts does, from the rows and from this history.

import { setTimeout as sleep } from 'node:timers/promises'
import type { ClaimedDelivery } from '../../../src/delivery/outbox-ports.ts'
import type { Store } from '../../../src/storage/store.ts'
import type { IdempotencyWrite } from '../../../src/verification/answer-ports.ts'
import type { VerificationRecord } from '../../../src/verification/state.ts'
import { lanesOf, SAME } from '../../contract/outbox-steps.ts'
import { createInput, mac, newVerification, T0 } from '../../contract/rows.ts'
import { type CheckEffect, createSteps } from '../../contract/steps.ts'

/** A minute of the tests' clock passes in a second and a half: verifications expire while they are raced for. */
const FASTER = 40
/** A message may be sent again from half a minute after a start, and a minute before the end. */
const TTL_MS = 120_000
const LEASE_MS = 30_000
/** Less than a lease: a worker whose settling comes later is fenced. */
const SEND_MAX_MS = 40_000
const GRACE_MS = 5_000
export const GUESS_LIMIT = 20
const BUDGETS = 5
const SESSIONS = 4
const RECENT = 10
const KEYS = 12
/** Times of nodes differ by what a round trip takes. */
const CLOCK_ERROR_MS = 20

export type Told = {
  created: { id: string; budget: string; key: string | null }[]
  /** Budgets of the starts that were made together; nobody touches what they began. */
  together: string[]
  /** Sessions of the starts that were made together, once for each verification they began. */
  sessions: string[]
  charged: string[]
  approved: { id: string; key: string | null }[]
  wrong: { id: string; key: string | null }[]
  claims: { claim: ClaimedDelivery<unknown>; isReleased: boolean }[]
  errors: unknown[]
}

/** What starts that are made together have in common. */
type Shared = { budget: Buffer; key?: Buffer; slots?: Buffer[] }

export type Race = { told: Told; now(): number; run(node: number, until: number): Promise<void> }

export function createRace(nodes: readonly Store[], random: () => number): Race {
  const told: Told = {
    created: [],
    together: [],
    sessions: [],
    charged: [],
    approved: [],
    wrong: [],
    claims: [],
    errors: [],
  }
  const began = performance.now()
  const now = () =>
    T0 + Math.floor((performance.now() - began) * FASTER + random() * CLOCK_ERROR_MS)
  const below = (n: number) => Math.floor(random() * n)
  const sessions = Array.from({ length: SESSIONS }, () => [mac(), mac()])
  const recent: VerificationRecord[] = []
  let round = { at: 0, budgets: [] as Buffer[], keys: [] as Buffer[] }
  const renew = () => {
    if (performance.now() < round.at) return round
    const some = (length: number) => Array.from({ length }, mac)
    round = { at: performance.now() + 1_000, budgets: some(BUDGETS), keys: some(KEYS) }
    return round
  }
  const pick = () => recent[below(recent.length)]

  const anyKey = () => (random() < 0.3 ? renew().keys[below(KEYS)] : undefined)
  const write = <Effect>(route: string, keyMac = anyKey()): IdempotencyWrite<Effect> | null => {
    if (!keyMac) return null
    return {
      key: { service: 'default', route, keyMacs: [keyMac] },
      fingerprint: keyMac,
      expiresAt: now() + 86_400_000,
      answer: () => Buffer.from(route),
    }
  }
  const nameOf = (idempotency: IdempotencyWrite<never> | null) =>
    idempotency && Buffer.from(idempotency.key.keyMacs[0] as Uint8Array).toString('hex')

  const create = async ({ verifications }: Store, shared?: Shared) => {
    const budgetIndex = shared?.budget ?? (renew().budgets[below(BUDGETS)] as Buffer)
    const at = now()
    const record = newVerification({
      ...{ budgetIndex, createdAt: at, expiresAt: at + TTL_MS, maxSends: 3 },
      authenticated: !shared && random() < 0.2,
    })
    const { authenticated } = record
    // Half of the nodes know one key of the ring only.
    const anySlots = sessions[below(SESSIONS)]?.slice(0, 1 + below(2))
    const slots = shared ? shared.slots : random() < 0.5 ? anySlots : undefined
    const idempotency = write<VerificationRecord>('start', shared?.key)
    const input = createInput(record, {
      idempotency,
      slot: slots ? { slots, authenticated, decoy: false } : null,
    })
    const limits = [
      { name: 'guesses_per_number_hour', limit: { max: GUESS_LIMIT, windowSeconds: 3600 } },
    ] as const
    const outcome = await verifications.create({ ...input, guesses: { ...input.guesses, limits } })
    if (outcome.kind === 'continued')
      await createSteps(verifications).continue({
        ...{ id: outcome.record.id, service: 'default', now: now() },
      })
    if (outcome.kind !== 'created') return
    if (shared?.slots) return told.sessions.push(`${shared.slots[0]?.toString('hex')}`)
    if (shared && !shared.key) return told.together.push(shared.budget.toString('hex'))
    const budget = `${budgetIndex.toString('hex')}${authenticated}`
    told.created.push({ id: record.id, budget, key: nameOf(idempotency) })
    recent.push(outcome.record)
    if (recent.length > RECENT) recent.shift()
  }

  const check = async ({ verifications }: Store, record = pick(), key?: Buffer) => {
    if (!record) return
    const { id } = record
    const numberLimit = {
      limit: { max: 60, windowSeconds: 600 },
      budgetIndexes: [record.budgetIndex],
      authenticated: record.authenticated,
    }
    const steps = createSteps(verifications)
    const step = { id, service: 'default', now: now(), numberLimit }
    // Some are charged and never judged, as where their effect failed.
    if (random() < 0.15) {
      if ((await steps.charge(step)).kind === 'changed') told.charged.push(id)
      return
    }
    const valid = random() < 0.3
    const idempotency = write<CheckEffect>('check', key)
    const outcome = await steps.check({ ...step, valid, idempotency })
    if (outcome.kind !== 'approved' && outcome.kind !== 'wrong') return
    told.charged.push(id)
    told[outcome.kind].push({ id, key: nameOf(idempotency) })
  }

  const resend = async ({ verifications }: Store) => {
    const record = pick()
    const found = record && (await verifications.find('default', record.id))
    if (!found) return
    await createSteps(verifications).resend({
      ...{ id: found.id, service: 'default', now: now(), expectedSends: found.sends },
      channel: 'sms',
      idempotency: write<VerificationRecord>('resend'),
    })
  }

  const cancel = async ({ verifications }: Store, record = pick()) => {
    if (!record) return
    const idempotency = write<VerificationRecord>('cancel')
    await createSteps(verifications).cancel({
      ...{ id: record.id, service: 'default', now: now(), idempotency },
    })
  }

  const sweep = async ({ verifications }: Store) => {
    await verifications.sweep({ now: now(), graceMs: GRACE_MS, limit: 20 })
    await verifications.purgeAnswers({ now: now(), limit: 20 })
  }

  const settleSend = async ({ outbox }: Store, claim: ClaimedDelivery<unknown>) => {
    await sleep((random() * SEND_MAX_MS) / FASTER)
    const error = { code: 'http_500', message: 'the provider answered 500' }
    const at = now()
    const result =
      random() < 0.4
        ? ({ kind: 'sent', reference: 'SM1' } as const)
        : random() < 0.8
          ? ({
              kind: 'retry',
              ...{ at: at + below(2_000), ...SAME },
              ...{ error, fault: null, ambiguous: random() < 0.5 },
            } as const)
          : ({ kind: 'failed', error, fault: null, ambiguous: false } as const)
    await outbox.settle({ claim, now: at, durationMs: 5, result })
  }

  const send = async (store: Store) => {
    await store.outbox.dueLanes()
    const claims = await store.outbox.claim({
      ...{ now: now(), lanes: lanesOf('sms', 1 + below(4)), leaseMs: LEASE_MS },
      minRemainingMs: 20_000,
      plan: () =>
        random() < 0.1
          ? { kind: 'give_back', delayMs: 500 }
          : { kind: 'send', provider: 'acme', prepared: null },
    })
    const isReleased = random() < 0.1
    told.claims.push(...claims.map((claim) => ({ claim, isReleased })))
    if (isReleased) return store.outbox.release(claims)
    // Some workers die; the others settle in time or too late.
    await Promise.all(claims.map((claim) => (random() < 0.2 ? null : settleSend(store, claim))))
  }

  /** Twice each node, at one moment. */
  const together = async (step: (store: Store, n: number) => Promise<unknown>) => {
    await Promise.all([...nodes, ...nodes].map(step))
  }
  const startTogether = () => {
    const budget = mac()
    return together((store) => create(store, { budget }))
  }
  const startUnderOneKey = () => {
    const [budget, key] = [mac(), mac()]
    return together((store) => create(store, { budget, key }))
  }
  const startInOneSession = () => {
    const [budget, slots] = [mac(), [mac(), mac()]]
    return together((store) => create(store, { budget, slots }))
  }
  const checkUnderOneKey = () => {
    const [record, key] = [pick(), mac()]
    return together((store) => check(store, record, key))
  }
  /** The newest, whose delivery is claimed just then. */
  const cancelWhileSent = () => {
    const record = recent.at(-1)
    return together((store, n) => (n === 0 ? cancel(store, record) : send(store)))
  }

  const steps: ((store: Store) => Promise<unknown>)[] = [
    (store) => create(store),
    ...[1, 2].map(() => (store: Store) => check(store)),
    ...[
      resend,
      sweep,
      send,
      send,
      startTogether,
      startUnderOneKey,
      startInOneSession,
      checkUnderOneKey,
    ],
    ...[(store: Store) => cancel(store), cancelWhileSent],
  ]
  return {
    told,
    now,
    async run(node, until) {
      const store = nodes[node] as Store
      while (performance.now() < until) {
        const step = steps[below(steps.length)] ?? resend
        await step(store).catch((error: unknown) => told.errors.push(error))
      }
    },
  }
}
