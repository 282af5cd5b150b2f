// What a person does with a verification: one small script each, chosen by weight.
// It must not look at an answer more closely than a login flow would.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Person } from './person.ts'
import { RULES } from './settings.ts'

/** `script` stands in the verification's metadata: what it was started for. */
export type Script = {
  name: string
  weight: number
  run(person: Person, at: Occasion): Promise<void>
}

/** Recipients and an address that many share at the time, so that their budgets run out. */
export type Occasion = { busyNumber: string; guessedNumber: string; busyAddress: string }

/** Left to expire; begun at once where the run is short. */
export const ABANDONED = 'abandoned'
/** Over its three guesses' worth and all nodes. */
const BURST = { min: 8, max: 12 }
const RESEND_AFTER_MS = 30_000
/** A resend needs a minute left when it is due. */
const RESEND_TTL_SECONDS = 120
const HOUSEHOLD = 4
/** Longer than a lease, so that what a frozen node held is still wanted. */
const READING_MS = { min: 3_500, max: 7_000 }
const SESSION_CHARACTERS = 24

async function approve(person: Person, script: string): Promise<void> {
  const id = await person.start({ to: person.newNumber(), script })
  const code = id && (await person.waitForCode(id))
  if (id && code) await person.check(id, code)
}

/** A message that is late is sent again by another node only as long as its person still waits. */
async function readSlowly(person: Person, script: string): Promise<void> {
  const starts = Array.from({ length: HOUSEHOLD }, () =>
    person.start({ to: person.newNumber(), script }),
  )
  const ids = (await Promise.all(starts)).filter((id) => id !== undefined)
  await sleep(person.chance.between(READING_MS.min, READING_MS.max))
  for (const id of ids) {
    const code = await person.waitForCode(id)
    if (code) await person.check(id, code)
  }
}

async function tryWrongOnes(person: Person, script: string): Promise<void> {
  const id = await person.start({ to: person.newNumber(), script })
  const code = id && (await person.waitForCode(id))
  if (!id || !code) return
  const wrongs = person.chance.between(1, RULES.maxAttempts - 1)
  for (let n = 0; n < wrongs; n += 1) await person.check(id, person.wrong(code))
  await person.check(id, code)
}

async function burstWrongOnes(person: Person, script: string): Promise<void> {
  const id = await person.start({ to: person.newNumber(), script })
  const code = id && (await person.waitForCode(id))
  if (!id || !code) return
  const count = person.chance.between(BURST.min, BURST.max)
  const codes = Array.from({ length: count }, () => person.wrong(code))
  await person.checkAtOnce(id, codes)
  await person.check(id, code)
}

async function raceRightOnes(person: Person, script: string): Promise<void> {
  const id = await person.start({ to: person.newNumber(), script })
  const code = id && (await person.waitForCode(id))
  if (id && code) await person.checkAtOnce(id, [code, code, code, code])
}

async function raceRightAndWrong(person: Person, script: string): Promise<void> {
  const id = await person.start({ to: person.newNumber(), script })
  const code = id && (await person.waitForCode(id))
  if (!id || !code) return
  const codes = [code, person.wrong(code), person.wrong(code), code, person.wrong(code)]
  await person.checkAtOnce(id, person.chance.shuffled(codes))
}

/** The same request under its key, on several nodes at once. */
async function repeatUnderKey(person: Person, script: string): Promise<void> {
  const id = await person.startEverywhere({ to: person.newNumber(), script }, 3)
  const code = id && (await person.waitForCode(id))
  if (!id || !code) return
  if (person.chance.happens(0.5)) await person.checkEverywhere(id, person.wrong(code), 3)
  await person.checkEverywhere(id, code, 3)
}

/** Two tabs of one browser, on several nodes at once. */
async function shareSession(person: Person, script: string): Promise<void> {
  const session = Array.from({ length: SESSION_CHARACTERS }, () => person.chance.between(0, 9))
  const wanted = { to: person.newNumber(), script, session: session.join('') }
  const id = await person.startEverywhere(wanted, 3)
  if (id) await person.start(wanted)
}

async function cancelEarly(person: Person, script: string): Promise<void> {
  const id = await person.start({ to: person.newNumber(), script })
  if (!id) return
  if (person.chance.happens(0.5)) await sleep(person.chance.between(0, 400))
  await person.cancel(id)
}

/** Approved at once, so that only the messages run out. */
async function spendNumber(person: Person, script: string, { busyNumber }: Occasion) {
  const id = await person.start({ to: busyNumber, script })
  const code = id && (await person.waitForCode(id))
  if (id && code) await person.check(id, code)
}

/** Never right, so that the guesses run out. */
async function spendGuesses(person: Person, script: string, { guessedNumber }: Occasion) {
  const id = await person.start({ to: guessedNumber, script })
  const code = id && (await person.waitForCode(id))
  if (!id || !code) return
  const codes = Array.from({ length: RULES.maxAttempts }, () => person.wrong(code))
  await person.checkAtOnce(id, codes)
}

async function spendAddress(person: Person, script: string, { busyAddress }: Occasion) {
  const to = person.newNumber()
  const id = await person.start({ to, script, clientIp: busyAddress })
  if (id) await person.cancel(id)
}

/** Too early once, then as soon as it may be. */
async function resendWhenDue(person: Person, script: string): Promise<void> {
  const to = person.newNumber()
  const id = await person.start({ to, script, ttlSeconds: RESEND_TTL_SECONDS })
  if (!id) return
  const began = performance.now()
  await person.resend(id)
  await sleep(Math.max(0, RESEND_AFTER_MS + 100 - (performance.now() - began)))
  await Promise.all([person.resend(id), person.resend(id)])
  const code = await person.waitForCode(id)
  if (code) await person.check(id, code)
}

/** A messenger for the shortest time there is, then a text message. */
const CHAIN = [{ channel: 'telegram', timeout_seconds: 10 }, 'sms']
const CHAIN_TTL_SECONDS = 120
/** Over the time-out and what the hand-over may take. */
const NEXT_STEP_MS = { min: 10_500, max: 13_000 }

const startChain = (person: Person, script: string) =>
  person.start({ to: person.newNumber(), script, channels: CHAIN })

/** The first message is not looked at: the second comes by its time, by a call, or because the first one failed. */
async function waitForNextStep(person: Person, script: string): Promise<void> {
  const id = await startChain(person, script)
  if (!id) return
  await sleep(person.chance.between(NEXT_STEP_MS.min, NEXT_STEP_MS.max))
  const code = await person.waitForCode(id)
  if (code) await person.check(id, code)
}

async function askForNextStep(person: Person, script: string): Promise<void> {
  const id = await startChain(person, script)
  const code = id && (await person.waitForCode(id))
  if (!id || !code) return
  await person.next(id)
  if (person.chance.happens(0.5)) await sleep(person.chance.between(0, 1_500))
  if (person.chance.happens(0.8)) await person.check(id, code)
  else await person.cancel(id)
}

/** All that moves a chain at the same moment, on nodes of their own (C54). */
async function raceNextStep(person: Person, script: string): Promise<void> {
  const id = await startChain(person, script)
  const code = id && (await person.waitForCode(id))
  if (!id || !code) return
  const { chance } = person
  const end = chance.pick([{ code }, 'cancel', { code: person.wrong(code) }] as const)
  await person.race(id, ...chance.shuffled(['next', 'next', 'resend', end] as const))
  await person.check(id, code)
}

/** A resend in the midst of the chain, while its next step becomes due. */
async function resendInChain(person: Person, script: string): Promise<void> {
  const to = person.newNumber()
  const wanted = { to, script, channels: CHAIN, ttlSeconds: CHAIN_TTL_SECONDS }
  const id = await person.start(wanted)
  if (!id) return
  await sleep(RESEND_AFTER_MS + 100)
  await person.race(id, 'next', 'resend', 'resend')
  const code = await person.waitForCode(id)
  if (code) await person.check(id, code)
}

const abandon = async (person: Person, script: string) =>
  void (await person.start({ to: person.newNumber(), script }))

type Body = (person: Person, script: string, at: Occasion) => Promise<void>
const made = (name: string, weight: number, body: Body): Script => ({
  ...{ name, weight },
  run: (person, at) => body(person, name, at),
})

export const RESENDER: Script = made('resend', 0, resendWhenDue)
export const CHAIN_RESENDER: Script = made('chain-resend', 0, resendInChain)
/** As long as a step's time: not among the callers, who would do nothing else. */
export const CHAIN_WAITER: Script = made('chain-wait', 0, waitForNextStep)
export const ABANDONER: Script = made(ABANDONED, 0, abandon)
export const SLOW_READER: Script = made('slow-reader', 0, readSlowly)
export const NUMBER_SPENDER: Script = made('busy-number', 3, spendNumber)
export const ADDRESS_SPENDER: Script = made('busy-address', 3, spendAddress)
export const SCRIPTS: readonly Script[] = [
  made('approve', 4, approve),
  made('wrong-ones', 2, tryWrongOnes),
  made('burst-wrong', 2, burstWrongOnes),
  made('race-right', 3, raceRightOnes),
  made('race-mixed', 2, raceRightAndWrong),
  made('repeat', 2, repeatUnderKey),
  made('session', 2, shareSession),
  made('cancel', 2, cancelEarly),
  NUMBER_SPENDER,
  made('guessed-number', 2, spendGuesses),
  ADDRESS_SPENDER,
  made('chain-next', 3, askForNextStep),
  made('chain-race', 3, raceNextStep),
]
