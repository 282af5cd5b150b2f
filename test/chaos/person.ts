// One caller as a login flow is: asks a node, asks another where no answer came, waits for the message, tries codes.
// It must not know what is broken at the moment, and must not judge an answer.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Gateway } from './gateway.ts'
import type { History, Outcome, Question, Route } from './history.ts'
import { NOT_DONE } from './rules/answers.ts'
import type { Chance } from './seeded.ts'
import { RULES } from './settings.ts'

/** A person gives up on a login form after some tries. */
const MAX_TRIES = 10
/** Well under what Retry-After asks for: a crowd of impatient callers is what an outage meets. */
const PAUSE_MS = { min: 60, max: 300 }
/** From less than a freeze to more than one. */
const PATIENCE_MS = { min: 1_200, max: 6_500 }
const MESSAGE_PATIENCE_MS = 8_000
const NUMBER_BLOCKS = { min: 200, max: 999 }

export type Started = { id: string; code: string | undefined }

export type Start = {
  to: string
  script: string
  clientIp?: string
  session?: string
  ttlSeconds?: number
  /** In place of one channel. */
  channels?: readonly unknown[]
  hasKey?: boolean
}

export type Person = {
  readonly chance: Chance
  /** Until it was answered for good. @returns the id, or undefined where it was refused or given up */
  start(wanted: Start): Promise<string | undefined>
  /** Under one Idempotency-Key, or one session, on several nodes at once. @returns the first id that was told */
  startEverywhere(wanted: Start, nodes: number): Promise<string | undefined>
  waitForCode(id: string): Promise<string | undefined>
  check(id: string, code: string, hasKey?: boolean): Promise<Outcome>
  /** Each is a check of its own, on the next node; all at once. */
  checkAtOnce(id: string, codes: readonly string[]): Promise<void>
  /** One check under one Idempotency-Key, on several nodes at once. */
  checkEverywhere(id: string, code: string, nodes: number): Promise<void>
  resend(id: string): Promise<Outcome>
  /** The next step of its chain. */
  next(id: string): Promise<Outcome>
  /** Each on the next node, all at once. */
  race(
    id: string,
    ...wanted: readonly ('resend' | 'next' | 'cancel' | { code: string })[]
  ): Promise<void>
  cancel(id: string): Promise<Outcome>
  wrong(code: string): string
  newNumber(): string
}

const isFinal = (outcome: Outcome) => outcome.kind === 'answered' && !NOT_DONE.has(outcome.status)

export function createPerson(input: {
  chance: Chance
  history: History
  gateway: Gateway
  nodes: number
}): Person {
  const { chance, history, gateway } = input
  let turn = chance.between(0, input.nodes - 1)
  const nextNode = () => {
    turn = (turn + 1) % input.nodes
    return turn
  }
  const anyNode = () => chance.between(0, input.nodes - 1)
  const patience = () => chance.between(PATIENCE_MS.min, PATIENCE_MS.max)

  type Wanted = Pick<Question, 'route' | 'path' | 'body'> & { verification?: string }
  const askOnce = (wanted: Wanted, logical: string, hasKey: boolean, node: number) =>
    history.ask({ ...wanted, logical, hasKey, node, patienceMs: patience() })

  /** The same request again under its key; without one, each try is a request of its own. */
  const askUntilAnswered = async (
    make: (logical: string) => Wanted,
    hasKey: boolean,
  ): Promise<Outcome> => {
    let logical: string = randomUUID()
    let outcome: Outcome = { kind: 'unknown', why: 'not asked' }
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      outcome = await askOnce(make(logical), logical, hasKey, anyNode())
      if (isFinal(outcome)) break
      if (!hasKey) logical = randomUUID()
      await sleep(chance.between(PAUSE_MS.min, PAUSE_MS.max))
    }
    return outcome
  }
  const startBody = (wanted: Start, logical: string) => {
    const { to, script, clientIp, session, ttlSeconds, channels } = wanted
    return {
      to,
      client_ip: clientIp ?? ownAddress(chance),
      ...(session !== undefined && { session }),
      ...(ttlSeconds !== undefined && { ttl_seconds: ttlSeconds }),
      ...(channels && { channels }),
      metadata: { request: logical, script },
    }
  }
  const startOf = (wanted: Start, logical: string): Wanted => ({
    route: 'start',
    path: '/verify/start',
    body: startBody(wanted, logical),
  })
  const onVerification = (
    id: string,
    route: Route,
    body: Record<string, unknown> = {},
  ): Wanted => ({
    ...{ route, verification: id },
    path: route === 'check' ? '/verify/check' : `/verify/${id}/${route}`,
    body,
  })
  const checkOf = (id: string, code: string) => onVerification(id, 'check', { id, code })
  const coin = () => chance.happens(0.5)

  return {
    chance,
    async start(wanted) {
      const hasKey = wanted.hasKey ?? coin()
      return idOf(await askUntilAnswered((logical) => startOf(wanted, logical), hasKey))
    },
    async startEverywhere(wanted, nodes) {
      const shared = randomUUID()
      const hasKey = wanted.session === undefined
      const outcomes = await Promise.all(
        Array.from({ length: nodes }, () => {
          const logical = hasKey ? shared : randomUUID()
          return askOnce(startOf(wanted, logical), logical, hasKey, nextNode())
        }),
      )
      return outcomes.map(idOf).find((id) => id !== undefined)
    },
    waitForCode: (id) => gateway.waitForCode(id, MESSAGE_PATIENCE_MS),
    check: (id, code, hasKey = coin()) => askUntilAnswered(() => checkOf(id, code), hasKey),
    async checkAtOnce(id, codes) {
      await Promise.all(
        codes.map((code) => askOnce(checkOf(id, code), randomUUID(), coin(), nextNode())),
      )
    },
    async checkEverywhere(id, code, nodes) {
      const logical = randomUUID()
      await Promise.all(
        Array.from({ length: nodes }, () => askOnce(checkOf(id, code), logical, true, nextNode())),
      )
    },
    resend: (id) => askUntilAnswered(() => onVerification(id, 'resend'), coin()),
    next: (id) => askUntilAnswered(() => onVerification(id, 'next'), coin()),
    async race(id, ...wanted) {
      const questions = wanted.map((one) =>
        typeof one === 'string' ? onVerification(id, one) : checkOf(id, one.code),
      )
      await Promise.all(questions.map((one) => askOnce(one, randomUUID(), coin(), nextNode())))
    },
    cancel: (id) => askUntilAnswered(() => onVerification(id, 'cancel'), coin()),
    wrong: (code) => wrongCode(code, chance),
    newNumber: () => newNumber(chance),
  }
}

function idOf(outcome: Outcome): string | undefined {
  return outcome.kind === 'answered' && outcome.status < 300 ? outcome.body.id : undefined
}

/** Of San Francisco: valid for libphonenumber whatever follows. */
function newNumber(chance: Chance): string {
  const block = chance.between(NUMBER_BLOCKS.min, NUMBER_BLOCKS.max)
  return `+1415${block}${String(chance.between(0, 9_999)).padStart(4, '0')}`
}

/** Documentation's own (RFC 3849): a /64 for each, so that no budget by address is shared by chance. */
function ownAddress(chance: Chance): string {
  const group = () => chance.between(0, 0xffff).toString(16)
  return `2001:db8:${group()}:${group()}::1`
}

function wrongCode(code: string, chance: Chance): string {
  for (;;) {
    const drawn = String(chance.between(0, 10 ** RULES.codeLength - 1))
    const padded = drawn.padStart(RULES.codeLength, '0')
    if (padded !== code) return padded
  }
}
