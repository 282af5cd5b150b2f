// A start or check that is refused leaves the hasher and the budgets as they were (I8).

import { afterEach, expect, it } from 'vitest'
import type { Hasher, HashSlot } from '../../src/verification/ports.ts'
import { createWorld, testService, type World } from './world.ts'

const TO = 'ann@example.com'
const MAX_SENDS = 2
/** Told five times, as a caller that obeys Retry-After would be. */
const TRIES = 5

/** Places that are held; `isFull` gives none. */
const places = { isFull: false, held: 0 }

function watch(hasher: Hasher): Hasher {
  const watchSlot = (slot: HashSlot): HashSlot => {
    places.held += 1
    let isHeld = true
    const leave = () => {
      if (isHeld) places.held -= 1
      isHeld = false
    }
    return {
      hash: (...given) => slot.hash(...given).finally(leave),
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

let world: World
const open = async () => {
  Object.assign(places, { isFull: false, held: 0 })
  const { limits } = testService()
  const burst = { max: MAX_SENDS, windowSeconds: 600 }
  world = await createWorld({
    service: { limits: { ...limits, sends_per_number_burst: burst } },
    wrapPorts: (ports) => ({ ...ports, hasher: watch(ports.hasher) }),
  })
}
afterEach(() => world.close())

const start = () =>
  world.start({ to: TO, session: null, purpose: 'login', decoy: false, ttlSeconds: 600 })

it('C16: a start that a limit refuses gives its place at the hasher back', async () => {
  await open()
  for (let n = 0; n < MAX_SENDS; n += 1) expect((await start()).kind).toBe('started')
  for (let n = 0; n < TRIES; n += 1)
    expect(await start()).toMatchObject({ kind: 'refused', error: 'rate_limited' })
  expect(places.held).toBe(0)
})

it('C16: a full hasher spends no budget', async () => {
  await open()
  places.isFull = true
  for (let n = 0; n < TRIES; n += 1)
    expect(await start()).toMatchObject({ kind: 'refused', error: 'overloaded' })
  places.isFull = false
  for (let n = 0; n < MAX_SENDS; n += 1) expect((await start()).kind).toBe('started')
})

it('C16: a full hasher charges no attempt', async () => {
  await open()
  const started = await start()
  const id = started.kind === 'started' ? started.verification.id : ''
  const code = world.codeOf(id)
  places.isFull = true
  for (let n = 0; n < TRIES; n += 1)
    expect(await world.check({ id, code, purpose: 'login', session: null })).toMatchObject({
      kind: 'refused',
      error: 'overloaded',
    })
  places.isFull = false
  expect(world.rows()[0]).toMatchObject({ attempts: 0, status: 'pending' })
  expect((await world.check({ id, code, purpose: 'login', session: null })).kind).toBe('approved')
})
