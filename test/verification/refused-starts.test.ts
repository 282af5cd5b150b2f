// A start or check that is refused leaves the hasher and the budgets as they were (I8).

import { afterEach, expect, it, vi } from 'vitest'
import { createHasher } from '../../src/hashing/hasher.ts'
import { createMint } from '../../src/hashing/mint.ts'
import { createClock } from '../../src/kernel/clock.ts'
import { OverloadedError } from '../../src/kernel/errors.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { generateCode } from '../../src/verification/comparison.ts'
import type { Domain } from '../../src/verification/domain.ts'
import type { Hasher, HashSlot } from '../../src/verification/hashing-ports.ts'
import { obtainCode } from '../../src/verification/start-plan.ts'
import { createWorld, testService, type World } from './world.ts'

const TO = 'ann@example.com'
const MAX_SENDS = 3
/** Told five times, as a caller that obeys Retry-After would be. */
const TRIES = 5
const MINUTE_MS = 60_000

/** Places that are held; `isFull` gives none, and a hash that `isSlow` is given up. */
const places = { isFull: false, isSlow: false, held: 0 }

function watch(hasher: Hasher): Hasher {
  const watchSlot = (slot: HashSlot): HashSlot => {
    places.held += 1
    let isHeld = true
    const leave = () => {
      if (isHeld) places.held -= 1
      isHeld = false
    }
    return {
      ...slot,
      hash: (...given) => {
        if (places.isSlow) slot.release()
        return places.isSlow
          ? Promise.reject(new OverloadedError('too slow')).finally(leave)
          : slot.hash(...given).finally(leave)
      },
      verify: (...given) => slot.verify(...given).finally(leave),
      release() {
        leave()
        slot.release()
      },
    }
  }
  return {
    ...hasher,
    reserve() {
      const slot = places.isFull ? undefined : hasher.reserve()
      return slot && watchSlot(slot)
    },
  }
}

/** What another node does, once, between the read of a row and its next change. */
const between = {
  act: undefined as (() => Promise<unknown>) | undefined,
  async take() {
    const { act } = between
    between.act = undefined
    await act?.()
  },
}

let world: World | undefined
/** Of each message; null: it goes out soon. */
const queue: { wait: Awaited<ReturnType<Domain['waitTooLong']>> } = { wait: null }
const open = async () => {
  Object.assign(places, { isFull: false, isSlow: false, held: 0 })
  queue.wait = null
  between.act = undefined
  const { limits } = testService()
  const burst = { max: MAX_SENDS, windowSeconds: 600 }
  const made = await createWorld({
    service: { limits: { ...limits, sends_per_number_burst: burst } },
    waitTooLong: async () => queue.wait,
    wrapPorts: ({ store, ...ports }) => ({
      ...ports,
      hasher: watch(ports.hasher),
      store: {
        ...store,
        change: async (input) => {
          await between.take()
          return store.change(input)
        },
      },
    }),
    withoutLock: true,
  })
  const start = (decoy = false, session: string | null = null, key?: string) =>
    made.start({ to: TO, session, purpose: 'login', decoy, ttlSeconds: 600, key })
  world = made
  return { ...made, start }
}
afterEach(async () => {
  await world?.close()
  world = undefined
})

it('C16: a start that a limit refuses gives its place at the hasher back', async () => {
  const { start } = await open()
  for (let n = 0; n < MAX_SENDS; n += 1) expect((await start()).kind).toBe('started')
  for (let n = 0; n < TRIES; n += 1)
    expect(await start()).toMatchObject({ kind: 'refused', error: 'rate_limited' })
  expect(places.held).toBe(0)
})

it('C16: a full hasher spends no budget', async () => {
  const { start } = await open()
  places.isFull = true
  for (let n = 0; n < TRIES; n += 1)
    expect(await start()).toMatchObject({ kind: 'refused', error: 'overloaded' })
  places.isFull = false
  for (let n = 0; n < MAX_SENDS; n += 1) expect((await start()).kind).toBe('started')
})

it('I8: a hash that is given up spends no budget', async () => {
  const { start } = await open()
  places.isSlow = true
  for (let n = 0; n < TRIES; n += 1) await expect(start()).rejects.toThrow(OverloadedError)
  places.isSlow = false
  for (let n = 0; n < MAX_SENDS; n += 1) expect((await start()).kind).toBe('started')
  expect(places.held).toBe(0)
})

it('I8: a start that another node’s has made by then spends no budget', async () => {
  const { start, rows } = await open()
  const raced = await Promise.all([start(false, 'one'), start(false, 'one')])
  expect(raced.map(({ kind }) => kind).sort()).toEqual(['continued', 'started'])
  expect(rows()).toHaveLength(1)
  for (let n = 1; n < MAX_SENDS; n += 1) expect((await start()).kind).toBe('started')
  expect(await start()).toMatchObject({ kind: 'refused', error: 'rate_limited' })
})

it('I8: a start that another node has answered by then, under its key, spends no budget', async () => {
  const { start, rows } = await open()
  const raced = await Promise.all([1, 2].map(() => start(false, null, 'a-key')))
  const replayed = raced.map((result) => 'replayed' in result && result.replayed)
  expect(replayed.sort()).toEqual([false, true])
  expect(rows()).toHaveLength(1)
  for (let n = 1; n < MAX_SENDS; n += 1) expect((await start()).kind).toBe('started')
  expect(await start()).toMatchObject({ kind: 'refused', error: 'rate_limited' })
})

it.each(['cancel', 'resend'] as const)(
  'I8: a resend that comes after another node’s %s spends no budget',
  async (how) => {
    const opened = await open()
    const started = await opened.start()
    const id = started.kind === 'started' ? started.verification.id : ''
    opened.moveWall(MINUTE_MS)
    between.act = () => opened[how](id)
    expect(await opened.resend(id)).toMatchObject({ kind: 'refused' })
    // One is the start's, and one the other node's resend's.
    const left = MAX_SENDS - (how === 'cancel' ? 1 : 2)
    for (let n = 0; n < left; n += 1) expect((await opened.start()).kind).toBe('started')
    expect(await opened.start()).toMatchObject({ kind: 'refused', error: 'rate_limited' })
  },
)

it('C53: a start whose message would wait a minute is refused before anything is counted, a decoy’s as well', async () => {
  const opened = await open()
  queue.wait = { waitMs: 75_300, retryAfterSeconds: 16 }
  for (const decoy of [false, true])
    for (let n = 0; n < TRIES; n += 1)
      expect(await opened.start(decoy)).toEqual({
        ...{ kind: 'refused', error: 'overloaded', retryAfterSeconds: 16 },
        detail:
          'a message by email would wait about 75 s for its turn at its provider; nothing was sent or counted',
      })
  expect(places.held).toBe(0)
  expect(opened.rows()).toEqual([])
  queue.wait = null
  for (let n = 0; n < MAX_SENDS; n += 1) expect((await opened.start()).kind).toBe('started')
})

it('C16: a full hasher charges no attempt', async () => {
  const opened = await open()
  const started = await opened.start()
  const id = started.kind === 'started' ? started.verification.id : ''
  const code = opened.codeOf(id)
  places.isFull = true
  for (let n = 0; n < TRIES; n += 1)
    expect(await opened.check({ id, code, purpose: 'login', session: null })).toMatchObject({
      kind: 'refused',
      error: 'overloaded',
    })
  places.isFull = false
  expect(opened.rows()[0]).toMatchObject({ attempts: 0, status: 'pending' })
  expect((await opened.check({ id, code, purpose: 'login', session: null })).kind).toBe('approved')
})

it('C16: a minted code that was not used goes back to the mint', async () => {
  const keyring = createKeyring([Buffer.alloc(32, 7)])
  const hasher = createHasher({ keyring, memoryKib: 8, passes: 1, concurrency: 2, queueLimit: 2 })
  const clock = createClock()
  const mint = createMint({ hasher, lengths: [6], size: 2, clock, generateCode })
  mint.start()
  await vi.waitUntil(() => mint.level().ready === 2, { timeout: 5_000, interval: 5 })
  // While somebody holds a place the mint makes none: what is there was given back.
  const held = hasher.reserve()
  const code = obtainCode({ mint, hasher, clock, generateCode } as unknown as Domain, 6, undefined)
  expect(mint.level().ready).toBe(1)
  code?.giveBack()
  expect(mint.level().ready).toBe(2)
  held?.release()
  mint.stop()
})
