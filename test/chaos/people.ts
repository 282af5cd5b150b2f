// The load: a fixed number of callers, each doing one script after another with a small pause.
// It must not grow with the machine: two cores carry four nodes, two servers and this.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Gateway } from './gateway.ts'
import type { History } from './history.ts'
import { createPerson, type Person } from './person.ts'
import {
  ABANDONER,
  ADDRESS_SPENDER,
  CHAIN_RESENDER,
  CHAIN_WAITER,
  NUMBER_SPENDER,
  type Occasion,
  RESENDER,
  SCRIPTS,
  type Script,
  SLOW_READER,
} from './scripts.ts'
import type { Chance } from './seeded.ts'
import { RULES } from './settings.ts'

const CALLERS = 8
const SLOW_READERS = 6
const PAUSE_MS = { min: 20, max: 150 }
/** Left to themselves from the very beginning: the last of them is swept while a short run settles. */
const ABANDONED_AT_ONCE = 5
const ABANDON_EVERY_MS = 6_000
const RESENDERS = 2
const CHAIN_WAITERS = 6
/** The wait until it may be sent again, and both sends. */
const RESEND_MS = 35_000
/** At the very beginning, so that a machine that is busy reaches their limits, too. */
const SPENDERS_MORE = 2
/** A new busy number, so that limits go on being reached in a long run. */
const OCCASION_MS = 60_000

const TOTAL_WEIGHT = SCRIPTS.reduce((sum, { weight }) => sum + weight, 0)

function draw(chance: Chance): Script {
  let left = chance.next() * TOTAL_WEIGHT
  for (const script of SCRIPTS) {
    left -= script.weight
    if (left < 0) return script
  }
  return SCRIPTS[0] as Script
}

export type People = {
  /** Begins nothing new; resolves when every script that is under way has ended. */
  leave(): Promise<void>
}

/** @param forMs the run as planned: near its end nothing is begun that takes a minute */
export function sendPeople(input: {
  chance: Chance
  history: History
  gateway: Gateway
  nodes: number
  forMs: number
}): People {
  const { chance, forMs } = input
  const began = performance.now()
  const leftMs = () => began + forMs - performance.now()
  let isOver = false
  const personOf = (name: string): Person => createPerson({ ...input, chance: chance.fork(name) })
  const occasion = (): Occasion => {
    const name = `occasion ${Math.floor((performance.now() - began) / OCCASION_MS)}`
    const person = personOf(name)
    const busyAddress = `198.51.100.${person.chance.between(1, 254)}`
    return { busyNumber: person.newNumber(), guessedNumber: person.newNumber(), busyAddress }
  }
  const loop = async (name: string) => {
    const person = personOf(name)
    while (!isOver) {
      await sleep(person.chance.between(PAUSE_MS.min, PAUSE_MS.max))
      await draw(person.chance).run(person, occasion())
    }
  }
  const loopSlowly = async (name: string, script: Script) => {
    const person = personOf(name)
    while (!isOver) await script.run(person, occasion())
  }
  /** Over and over as long as each can end within the run; once in any case. */
  const resend = async (name: string, script: Script) => {
    const person = personOf(name)
    do await script.run(person, occasion())
    while (!isOver && leftMs() > RESEND_MS)
  }
  const leaveAlone = async (name: string) => {
    const person = personOf(name)
    do {
      await ABANDONER.run(person, occasion())
      await sleep(ABANDON_EVERY_MS)
    } while (!isOver && leftMs() > RULES.ttlSeconds * 1000)
  }
  const each = (count: number, work: (n: number) => Promise<void>) =>
    Array.from({ length: count }, (_, n) => work(n))
  const once = (name: string, script: Script) => script.run(personOf(name), occasion())
  const all = Promise.all([
    ...each(RULES.sendsPerNumber + SPENDERS_MORE, (n) => once(`number ${n}`, NUMBER_SPENDER)),
    ...each(RULES.sendsPerAddress + SPENDERS_MORE, (n) => once(`address ${n}`, ADDRESS_SPENDER)),
    ...each(CALLERS, (n) => loop(`caller ${n}`)),
    ...each(SLOW_READERS, (n) => loopSlowly(`slow reader ${n}`, SLOW_READER)),
    ...each(CHAIN_WAITERS, (n) => loopSlowly(`chain waiter ${n}`, CHAIN_WAITER)),
    ...each(RESENDERS, (n) => resend(`resender ${n}`, RESENDER)),
    ...each(RESENDERS, (n) => resend(`chain resender ${n}`, CHAIN_RESENDER)),
    ...each(ABANDONED_AT_ONCE, (n) => leaveAlone(`abandoner ${n}`)),
  ])
  // Awaited at the end; until then a failure must not count as unhandled.
  all.catch(() => {})
  return {
    async leave() {
      isOver = true
      await all
    },
  }
}
