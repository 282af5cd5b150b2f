// A month of a service: honest people, and one attack in it. Seeded: the same rows each time.
// It must not know the rules: what it makes is what people and pumping do.

import { createHash } from 'node:crypto'
import type { EventDetails, EventType } from '../../src/events/types.ts'
import type { DeliveryKind } from '../../src/kernel/channel.ts'
import { DAY_MS, HOUR_MS } from '../../src/kernel/clock.ts'

/** Midnight, UTC. */
export const BEGIN = Date.UTC(2026, 9, 1)
const MINUTE_MS = 60_000
const DAYS = 30
export const PRICE = { price: '0.08', currency: 'EUR' } as const

export type MonthStart = {
  id: string
  to: string
  country: string | null
  channel: 'sms' | 'email'
  kind: DeliveryKind
  clientIp: string
  at: number
  approvedAt: number | null
  isOfAttack: boolean
}
export type MonthEvent = { at: number; type: EventType; start: number; details: EventDetails }
export type Month = { starts: MonthStart[]; events: MonthEvent[] }

/** mulberry32: small, and the same everywhere. */
export function createRandom(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number) => Math.floor(next() * n)
  return { next, below, pick: <T>(all: readonly T[]): T => all[below(all.length)] as T }
}
type Random = ReturnType<typeof createRandom>

const idOf = (n: number) =>
  `vrf_${createHash('sha256').update(String(n)).digest('hex').slice(0, 32)}`
const digitsOf = (n: number, length: number) => String(n).padStart(length, '0')

type Person = { to: string; country: string | null; channel: 'sms' | 'email'; home: string }

/** Blocks of 10,000 numbers that carriers gave out. */
const COUNTRIES = { FR: '336', DE: '4915', GB: '447', LV: '3712' } as const
const BLOCKS = 30
/** Behind each, thousands: a carrier's NAT. */
const SHARED = ['198.18.4', '198.18.5', '198.19.77', '2001:db8:77']
const DOMAINS = ['gmail.com', 'gmail.com', 'outlook.com', 'example.org']

const blockOf = (country: keyof typeof COUNTRIES, block: number) =>
  `+${COUNTRIES[country]}${digitsOf(block, country === 'LV' ? 3 : 4)}`

const addressIn = (network: string, host: number) =>
  network.includes(':') ? `${network}:${host.toString(16)}::1` : `${network}.${1 + (host % 250)}`

function personOf(random: Random, n: number): Person {
  const home =
    random.next() < 0.6
      ? addressIn(random.pick(SHARED), random.below(5_000))
      : `100.${64 + random.below(60)}.${random.below(250)}.${1 + random.below(250)}`
  if (random.next() < 0.1)
    return { to: `p${n}@${random.pick(DOMAINS)}`, country: null, channel: 'email', home }
  const country = random.pick(['FR', 'FR', 'DE', 'GB'] as const)
  const to = `${blockOf(country, random.below(BLOCKS))}${digitsOf(random.below(10_000), 4)}`
  return { to, country, channel: 'sms', home }
}

function createRows(random: Random) {
  const starts: MonthStart[] = []
  const events: MonthEvent[] = []
  const write = (start: Omit<MonthStart, 'id'>, fails: boolean) => {
    const n = starts.push({ ...start, id: idOf(starts.length) }) - 1
    const add = (type: EventType, at: number, details: EventDetails = {}) =>
      events.push({ at, type, start: n, details })
    const { at, channel, country, approvedAt } = start
    const about = { channel, provider: channel === 'sms' ? 'twilio' : 'smtp', send: 1, attempt: 1 }
    add('verification.started', at, { channel, country, kind: start.kind })
    const cost = channel === 'sms' ? { ...PRICE, parts: 1, country } : {}
    if (fails) add('delivery.failed', at + 4_000, { ...about, error: '503', message: '' })
    else add('delivery.sent', at + 900, { ...about, duration_ms: 300, ...cost })
    if (approvedAt !== null) add('verification.approved', approvedAt)
    else add('verification.expired', at + 10 * MINUTE_MS)
  }
  /** Most use their code; of the others, half try again, from where they are. */
  const visit = (person: Person, at: number, clientIp: string, isOfAttack = false) => {
    const { to, country, channel } = person
    for (let tries = 0, now = at; tries < 4; tries += 1) {
      const isUsed = random.next() < 0.84
      const approvedAt = isUsed ? now + 12_000 + random.below(70_000) : null
      const about = { to, country, channel, kind: 'real', clientIp, isOfAttack } as const
      write({ ...about, at: now, approvedAt }, false)
      if (isUsed || random.next() < 0.5) return
      now += 40_000 + random.below(3 * MINUTE_MS)
    }
  }
  return { starts, events, write, visit }
}
type Rows = ReturnType<typeof createRows>

/** By day more than by night. */
function timeOf(random: Random): number {
  const hour = 7 + Math.floor(16 * random.next() ** 0.8)
  return BEGIN + random.below(DAYS) * DAY_MS + hour * HOUR_MS + random.below(HOUR_MS)
}

function addHonest(rows: Rows, random: Random, people: number): void {
  for (let n = 0; n < people; n += 1) {
    const person = personOf(random, n)
    for (let visits = 1 + random.below(3); visits > 0; visits -= 1) {
      const isAway = random.next() < 0.05
      const abroad = `185.${random.below(200)}.${random.below(250)}.9`
      rows.visit(person, timeOf(random), isAway ? abroad : person.home)
    }
  }
  // A new office: numbers one after the other, behind one address, within minutes.
  for (let n = 0; n < 12; n += 1) {
    const about = { country: 'DE', channel: 'sms', kind: 'real', clientIp: '192.0.2.77' } as const
    const at = BEGIN + 9 * DAY_MS + 9 * HOUR_MS + n * 20_000
    const to = `+491511234${digitsOf(4_400 + n, 4)}`
    rows.write({ ...about, to, at, approvedAt: at + 35_000, isOfAttack: false }, false)
  }
  // A provider was down for two hours: nobody got a code, everybody tried again.
  for (let n = 0; n < 150; n += 1) {
    const { to, country, channel, home } = personOf(random, people + n)
    const at = BEGIN + 12 * DAY_MS + 18 * HOUR_MS + random.below(2 * HOUR_MS)
    const about = { to, country, channel, kind: 'real', clientIp: home, isOfAttack: false } as const
    for (let again = 0; again < 3; again += 1)
      rows.write({ ...about, at: at + again * 50_000, approvedAt: null }, true)
  }
}

/** Rented blocks, asked for at random from a network each; the people of one of them log in meanwhile. */
export const PUMPED = ['371210', '371211', '371212'].map((block) => `3712${block.slice(3)}`)
/** Counted upwards, so slowly that no hour has many. */
export const COUNTED = '99890123'

function addAttack(rows: Rows, random: Random): void {
  const begin = BEGIN + 17 * DAY_MS + 2 * HOUR_MS
  const anyNetwork = () =>
    `${11 + random.below(80)}.${random.below(250)}.${random.below(250)}.${1 + random.below(250)}`
  const start = (to: string, country: string, at: number) => {
    const about = { channel: 'sms', kind: 'real', isOfAttack: true, approvedAt: null } as const
    rows.write({ ...about, to, country, at, clientIp: anyNetwork() }, false)
  }
  for (let n = 0; n < 420; n += 1)
    start(
      `+${PUMPED[n % PUMPED.length]}${digitsOf(random.below(10_000), 4)}`,
      'LV',
      begin + random.below(9 * HOUR_MS),
    )
  for (let n = 0; n < 90; n += 1)
    start(`+${COUNTED}${digitsOf(1_200 + n, 4)}`, 'UZ', begin + n * 17 * MINUTE_MS)
}

/** Somebody of a pumped block: known since the first days, or new while it is pumped. */
function addNeighbours(rows: Rows): void {
  const about = { country: 'LV', channel: 'sms', kind: 'real', isOfAttack: false } as const
  const visit = (tail: string, at: number) =>
    rows.write(
      { ...about, to: `+${PUMPED[0]}${tail}`, at, approvedAt: at + 30_000, clientIp: '198.18.4.9' },
      false,
    )
  const attack = BEGIN + 17 * DAY_MS
  for (const tail of ['0101', '5202', '7303']) {
    visit(tail, BEGIN + 2 * DAY_MS)
    visit(tail, attack + 6 * HOUR_MS)
  }
  for (const tail of ['1804', '6105', '9206']) visit(tail, attack + 7 * HOUR_MS)
}

export function makeMonth({ people, seed }: { people: number; seed: number }): Month {
  const random = createRandom(seed)
  const rows = createRows(random)
  addHonest(rows, random, people)
  addAttack(rows, random)
  addNeighbours(rows)
  // Nobody real: neither is any rule's.
  for (const kind of ['decoy', 'test'] as const)
    for (let n = 0; n < 40; n += 1)
      rows.write(
        {
          ...{ kind, channel: 'sms', country: 'FR', isOfAttack: false, approvedAt: null },
          ...{ to: `+336999900${digitsOf(n, 2)}`, clientIp: '192.0.2.99' },
          at: BEGIN + 20 * DAY_MS + n * 1_000,
        },
        false,
      )
  const { starts, events } = rows
  return { starts, events: events.sort((a, b) => a.at - b.at) }
}
