import { expect, it } from 'vitest'
import { createHashQueue } from '../../src/hashing/hash-queue.ts'
import { OverloadedError } from '../../src/kernel/errors.ts'

const LONG_MS = 60_000

/** Work that ends when the test says so. */
function createWork() {
  const started: string[] = []
  const ends = new Map<string, () => void>()
  return {
    started,
    work: (name: string) => async () => {
      started.push(name)
      await new Promise<void>((resolve) => ends.set(name, resolve))
      return name
    },
    end: async (name: string) => {
      ends.get(name)?.()
      await new Promise(setImmediate)
    },
  }
}

it('runs no more than `concurrency` at once, first come first served', async () => {
  const queue = createHashQueue({ concurrency: 2, queueLimit: 3, deadlineMs: LONG_MS })
  const { started, work, end } = createWork()
  const done = ['a', 'b', 'c', 'd', 'e'].map((name) => queue.reserve()?.run(work(name)))
  expect(started).toEqual(['a', 'b'])
  expect(queue.stats()).toEqual({ running: 2, waiting: 3, limit: 5 })
  await end('b')
  expect(started).toEqual(['a', 'b', 'c'])
  await end('a')
  await end('c')
  expect(started).toEqual(['a', 'b', 'c', 'd', 'e'])
  await end('d')
  await end('e')
  expect(await Promise.all(done)).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(queue.idle()).toBe(true)
})

it('hands out running + waiting places, also where nobody runs yet', async () => {
  const queue = createHashQueue({ concurrency: 1, queueLimit: 2, deadlineMs: LONG_MS })
  const places = [queue.reserve(), queue.reserve(), queue.reserve()]
  expect(places.every(Boolean)).toBe(true)
  expect(queue.reserve()).toBeUndefined()
  expect(queue.stats()).toEqual({ running: 0, waiting: 3, limit: 3 })
  places[0]?.release()
  places[0]?.release()
  expect(queue.reserve()).toBeDefined()
  expect(queue.reserve()).toBeUndefined()
})

it('starts get half of the waiting places, checks get all of them', () => {
  const queue = createHashQueue({ concurrency: 1, queueLimit: 4, deadlineMs: LONG_MS })
  const starts = Array.from({ length: 5 }, () => queue.reserve('begins'))
  expect(starts.map(Boolean)).toEqual([true, true, true, false, false])
  expect([queue.reserve('ends'), queue.reserve('ends')].every(Boolean)).toBe(true)
  expect(queue.reserve('ends')).toBeUndefined()
  starts[0]?.release()
  expect(queue.reserve('begins')).toBeDefined()
  expect(queue.reserve('begins')).toBeUndefined()
})

it('a place is used once; releasing it afterwards gives nothing back twice', async () => {
  const queue = createHashQueue({ concurrency: 1, queueLimit: 0, deadlineMs: LONG_MS })
  const place = queue.reserve()
  await place?.run(async () => undefined)
  place?.release()
  await expect(place?.run(async () => undefined)).rejects.toThrow('used once')
  expect(queue.stats().waiting).toBe(0)
  expect(queue.reserve()).toBeDefined()
  expect(queue.reserve()).toBeUndefined()
})

it('a released place cannot be used', async () => {
  const queue = createHashQueue({ concurrency: 1, queueLimit: 0, deadlineMs: LONG_MS })
  const place = queue.reserve()
  place?.release()
  await expect(place?.run(async () => undefined)).rejects.toThrow('used once')
})

it('work that fails, even at once, frees its place', async () => {
  const queue = createHashQueue({ concurrency: 1, queueLimit: 0, deadlineMs: LONG_MS })
  const failure = new Error('failed')
  await expect(queue.reserve()?.run(() => Promise.reject(failure))).rejects.toBe(failure)
  const thrown = queue.reserve()?.run(() => {
    throw failure
  })
  await expect(thrown).rejects.toBe(failure)
  expect(queue.idle()).toBe(true)
})

it('past the deadline the waiting one leaves; the running one is finished and answered, however long it takes (I2)', async () => {
  const queue = createHashQueue({ concurrency: 1, queueLimit: 1, deadlineMs: 30 })
  const { started, work, end } = createWork()
  const running = queue.reserve()?.run(work('running'))
  const waiting = queue.reserve()?.run(work('waiting'))
  await expect(waiting).rejects.toThrow(OverloadedError)
  expect(started).toEqual(['running'])
  expect(queue.stats()).toEqual({ running: 1, waiting: 0, limit: 2 })
  await end('running')
  expect(await running).toBe('running')
  expect(started).toEqual(['running'])
  expect(queue.idle()).toBe(true)
})

it('idle work runs only where nobody holds a place, and counts as running', async () => {
  const queue = createHashQueue({ concurrency: 1, queueLimit: 1, deadlineMs: LONG_MS })
  const { started, work, end } = createWork()
  const place = queue.reserve()
  expect(queue.runWhenIdle(work('idle'))).toBeUndefined()
  place?.release()
  const idle = queue.runWhenIdle(work('idle'))
  expect(queue.runWhenIdle(work('second'))).toBeUndefined()
  const check = queue.reserve()?.run(work('check'))
  expect(started).toEqual(['idle'])
  expect(queue.stats()).toEqual({ running: 1, waiting: 1, limit: 2 })
  await end('idle')
  expect(started).toEqual(['idle', 'check'])
  await end('check')
  expect([await idle, await check]).toEqual(['idle', 'check'])
})

it('announces idle moments, until the listener is removed', async () => {
  const queue = createHashQueue({ concurrency: 1, queueLimit: 1, deadlineMs: LONG_MS })
  let announced = 0
  const end = queue.onIdle(() => {
    announced += 1
  })
  const first = queue.reserve()
  const second = queue.reserve()
  first?.release()
  expect(announced).toBe(0)
  second?.release()
  expect(announced).toBe(1)
  await queue.reserve()?.run(async () => undefined)
  expect(announced).toBe(2)
  end()
  queue.reserve()?.release()
  expect(announced).toBe(2)
})
