import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { createKeyedLock } from '../../src/kernel/keyed-lock.ts'

describe('keyed lock', () => {
  it('runs those that share a key one after another, others at once', async () => {
    const lock = createKeyedLock()
    const log: string[] = []
    const first = Promise.withResolvers<void>()
    const a = lock.run(['x'], async () => {
      log.push('a begins')
      await first.promise
      log.push('a ends')
    })
    const b = lock.run(['y', 'x'], async () => void log.push('b'))
    await lock.run(['z'], async () => void log.push('c'))
    first.resolve()
    await Promise.all([a, b])
    expect(log).toEqual(['a begins', 'c', 'a ends', 'b'])
  })

  it('continues after one that failed, and never waits in a circle', async () => {
    const lock = createKeyedLock()
    const failed = lock.run(['x', 'y'], () => Promise.reject(new Error('no')))
    const next = lock.run(['y', 'x'], async () => 'done')
    await expect(failed).rejects.toThrow('no')
    expect(await next).toBe('done')
  })

  it('remembers no key whose last holder has ended: of 60 MiB of keys nothing is left', async () => {
    const lock = createKeyedLock()
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const heldBytes = () => {
      collect()
      return getHeapStatistics().used_heap_size
    }
    const before = heldBytes()
    for (let n = 0; n < 30_000; n += 1)
      await lock.run([`${n}`.padEnd(1_000), `b${n}`.padEnd(1_000)], async () => {})
    expect(heldBytes() - before).toBeLessThan(10 * 2 ** 20)
    await lock.run(['x'], async () => {})
  })
})
