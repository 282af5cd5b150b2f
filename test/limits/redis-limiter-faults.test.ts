import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StartupError, StoreUnavailableError } from '../../src/kernel/errors.ts'
import type { LimitStore } from '../../src/limits/counting.ts'
import { admitted, keyOf, remaining } from '../contract/limiter.ts'
import { waitFor } from '../e2e/service-process.ts'
import { quiet } from '../quiet.ts'
import { NEEDS_REDIS, REDIS } from '../redis/server.ts'
import { startProxy } from './proxy.ts'
import { useLimitsServer } from './redis-fixture.ts'

/** I11, and what a busy machine adds to it. */
const AWAY_MS = 100
/** A round trip's deadline of 90 ms is over, and the machine may be busy. */
const SILENT_MS = 250

describe.skipIf(!REDIS)(`C17: a Redis that fails ${NEEDS_REDIS}`, () => {
  const limits = useLimitsServer()
  let person = ''
  beforeEach(() => {
    person = randomUUID()
  })
  const number = (max = 5) => keyOf('sends_per_number_burst', person, max)
  const ip = (max = 5) => keyOf('sends_per_ip_burst', person, max)

  /** @returns the longest that one of them took */
  async function expectRefused(limiter: LimitStore, times = 5): Promise<number> {
    let longest = 0
    for (let n = 0; n < times; n += 1) {
      const start = performance.now()
      await expect(limiter.admit([ip(), number()])).rejects.toThrow(StoreUnavailableError)
      longest = Math.max(longest, performance.now() - start)
    }
    return longest
  }
  const recovered = (limiter: LimitStore) =>
    waitFor('the limiter to recover', () =>
      limiter.admit([ip(1_000)]).catch((error: unknown) => {
        if (error instanceof StoreUnavailableError) return undefined
        throw error
      }),
    )

  it('killed: refuses at once, even what was in progress, recovers automatically, and the limits hold', async () => {
    const limiter = await limits.open()
    await limiter.admit([number()])
    const underWay = Promise.allSettled(
      Array.from({ length: 20 }, () => limiter.admit([ip(), number()])),
    )
    await limits.server().kill()
    for (const answer of await underWay)
      if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(StoreUnavailableError)
    expect(quiet(await expectRefused(limiter, 20))).toBeLessThan(AWAY_MS)
    await limits.server().start()
    expect((await recovered(limiter)).kind).toBe('admitted')
    const asked = Array.from({ length: 100 }, () => limiter.admit([number()]))
    expect(admitted(await Promise.all(asked))).toBe(5)
  })

  it('killed while its answers are awaited: refuses at once', async () => {
    const proxy = await startProxy(limits.server().port)
    const limiter = await limits.open({ url: `redis://127.0.0.1:${proxy.port}` })
    proxy.hold()
    const start = performance.now()
    const refused = expect(limiter.admit([number()])).rejects.toThrow('the limit store failed')
    setTimeout(() => proxy.close(), 10)
    await refused
    expect(quiet(performance.now() - start)).toBeLessThan(AWAY_MS)
  })

  it('frozen: refuses at the deadline of its answer, continues when it thaws', async () => {
    const limiter = await limits.open()
    await limiter.admit([number()])
    limits.server().signal('SIGSTOP')
    try {
      // By its own deadline, however busy the machine is: a connection that is given up is refused in other words.
      const first = limiter.admit([ip(), number()])
      await expect(first).rejects.toThrow('the limit store did not answer in time')
      expect(quiet(await expectRefused(limiter))).toBeLessThan(SILENT_MS)
    } finally {
      limits.server().signal('SIGCONT')
    }
    expect((await recovered(limiter)).kind).toBe('admitted')
  })

  it('frozen for long: gives the connection up, refuses at once from then on, and recovers', async () => {
    const limiter = await limits.open()
    limits.server().signal('SIGSTOP')
    try {
      await waitFor('the connection to be given up', async () => {
        const start = performance.now()
        await expect(limiter.admit([number()])).rejects.toThrow(StoreUnavailableError)
        return performance.now() - start < 20 || undefined
      })
      expect(quiet(await expectRefused(limiter, 50))).toBeLessThan(AWAY_MS)
    } finally {
      limits.server().signal('SIGCONT')
    }
    expect((await recovered(limiter)).kind).toBe('admitted')
  })

  describe('its settings, changed while it runs', () => {
    afterEach(async () => {
      await limits.server().command('CONFIG', 'SET', 'maxmemory', '0')
      await limits.server().command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
      await limits.server().command('REPLICAOF', 'NO', 'ONE')
    })

    it('an evicting policy: noticed, refused, and accepted again when it is corrected', async () => {
      const limiter = await limits.open({ examineEveryMs: 30 })
      await limits.server().command('CONFIG', 'SET', 'maxmemory-policy', 'volatile-ttl')
      await waitFor('the limiter to notice', () =>
        limiter.admit([ip(1_000)]).then(
          () => undefined,
          (error) => /maxmemory-policy is volatile-ttl/.test(error.message) || undefined,
        ),
      )
      expect(limits.logged()).toContain('set maxmemory-policy to noeviction')
      await limits.server().command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
      expect((await recovered(limiter)).kind).toBe('admitted')
    })

    it('after a reconnect, too, whatever was true previously', async () => {
      const limiter = await limits.open()
      await limits.server().kill()
      await limits.server().start({ 'maxmemory-policy': 'allkeys-lru' })
      await waitFor('the limiter to look', () =>
        limiter.admit([ip()]).then(
          () => Promise.reject(new Error('it was admitted')),
          (error) => /maxmemory-policy is allkeys-lru/.test(error.message) || undefined,
        ),
      )
      await limits.server().command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
      expect((await recovered(limiter)).kind).toBe('admitted')
    })

    it('its memory is full: refuses, reports why, and continues when there is some', async () => {
      const limiter = await limits.open()
      await limiter.admit([number()])
      await limits.server().command('CONFIG', 'SET', 'maxmemory', '1')
      const refused = await limiter.admit([number()]).catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(StoreUnavailableError)
      expect((refused as Error).cause).toMatchObject({ message: expect.stringMatching(/^OOM /) })
      await limits.server().command('CONFIG', 'SET', 'maxmemory', '0')
      expect(remaining(await limiter.admit([number()]))).toEqual([3])
    })

    it('it became a replica: refuses, and reconnects to the primary behind the same name', async () => {
      const limiter = await limits.open()
      // Of nobody: port 1 answers to none.
      await limits.server().command('REPLICAOF', '127.0.0.1', '1')
      await waitFor('the limiter to know', () =>
        limiter.admit([number()]).then(
          () => Promise.reject(new Error('it was admitted')),
          (error) => /is a replica/.test(error.message) || undefined,
        ),
      )
      await limits.server().command('REPLICAOF', 'NO', 'ONE')
      expect((await recovered(limiter)).kind).toBe('admitted')
    })
  })

  it('still loading its data: refuses until it has', async () => {
    const limiter = await limits.open()
    await limiter.admit([number()])
    // Three seconds of loading: on a busy machine the limiter may be a second late to look.
    for (let n = 0; n < 150; n += 1)
      await limits.server().command('SET', `ballast-${n}`, 'x'.repeat(2_000))
    await limits.server().command('SAVE')
    await limits.server().kill()
    await limits
      .server()
      .start({ 'key-load-delay': '20000', 'loading-process-events-interval-bytes': '1024' })
    await waitFor('the limiter to see it load', () =>
      limiter.admit([number()]).then(
        () => Promise.reject(new Error('it was admitted')),
        (error) => /is loading its data/.test(error.message) || undefined,
      ),
    )
    expect((await recovered(limiter)).kind).toBe('admitted')
    expect(remaining(await limiter.admit([number()]))).toEqual([3])
  })

  it('closed: refuses', async () => {
    const limiter = await limits.open()
    await limiter.close()
    await expect(limiter.admit([number()])).rejects.toThrow(StoreUnavailableError)
  })
})

describe.skipIf(!REDIS)(`at the start ${NEEDS_REDIS}`, () => {
  const PASSWORD = 'p@ss:w%/rd'
  const limits = useLimitsServer({ requirepass: PASSWORD })
  const url = (user: string, password: string) =>
    `redis://${user}:${encodeURIComponent(password)}@127.0.0.1:${limits.server().port}`

  /** As the operator sees it, with all that a careless log would show. */
  async function failure(options: Parameters<typeof limits.open>[0]): Promise<string> {
    const error: unknown = await limits.open(options).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StartupError)
    return `${inspect(error, { depth: 9 })}\n${limits.logged()}`
  }

  it('signs in with the password of its URL', async () => {
    const limiter = await limits.open({ url: url('', PASSWORD) })
    expect((await limiter.admit([keyOf('check_per_ip', 'one', 1)])).kind).toBe('admitted')
  })

  it.each([
    ['a wrong password', () => url('', 'wr0ng-one')],
    ['a wrong user', () => url('nobody', 'wr0ng-one')],
    ['none', () => limits.server().url()],
  ])('%s: fails at once, and shows no password', async (_what, wrong) => {
    const message = await failure({ url: wrong() })
    expect(message).toContain('the user or the password is wrong: see RATE_LIMIT_URL')
    expect(message).not.toContain('wr0ng-one')
  })

  it('nobody there: fails at its deadline, and logs one line of the wait', async () => {
    const message = await failure({ url: 'redis://127.0.0.1:1', openDeadlineMs: 500 })
    expect(message).toContain('Redis does not answer (ECONNREFUSED): is it running')
    expect(limits.logged().match(/ECONNREFUSED/g)).toHaveLength(1)
  })
})

describe.skipIf(!REDIS)(`a server with other settings ${NEEDS_REDIS}`, () => {
  const limits = useLimitsServer()
  const start = async (settings: Record<string, string>) => {
    await limits.server().kill()
    await limits.server().start(settings)
  }

  it.each(['allkeys-lru', 'volatile-lru', 'allkeys-random', 'volatile-ttl'])(
    '%s: refused at the start, with what to set',
    async (policy) => {
      await start({ 'maxmemory-policy': policy })
      await expect(limits.open()).rejects.toThrow(
        new StartupError(
          `Redis evicts keys when its memory is full (maxmemory-policy is ${policy}), and limits with them: set maxmemory-policy to noeviction.`,
        ),
      )
    },
  )

  const asUser = () => `redis://app:secret@127.0.0.1:${limits.server().port}`
  it('CONFIG forbidden: INFO reports the policy', async () => {
    await start({ 'maxmemory-policy': 'allkeys-lru' })
    await limits.server().command(...'ACL SETUSER app on >secret ~* +@all -config'.split(' '))
    await expect(limits.open({ url: asUser() })).rejects.toThrow('maxmemory-policy is allkeys-lru')
  })

  it('INFO forbidden: CONFIG reports it', async () => {
    await start({ 'maxmemory-policy': 'allkeys-lfu' })
    await limits.server().command(...'ACL SETUSER app on >secret ~* +@all -info'.split(' '))
    await expect(limits.open({ url: asUser() })).rejects.toThrow('maxmemory-policy is allkeys-lfu')
  })

  it('both forbidden: warns, and continues', async () => {
    await start({})
    await limits.server().command(...'ACL SETUSER app on >secret ~* +@all -info -config'.split(' '))
    const limiter = await limits.open({ url: asUser() })
    expect(limits.logged()).toContain('make sure that its maxmemory-policy is noeviction')
    expect((await limiter.admit([keyOf('check_per_ip', 'two', 1)])).kind).toBe('admitted')
  })

  it('a server that comes up a little later: waits for it', async () => {
    await limits.server().kill()
    const opening = limits.open()
    await limits.server().start()
    await opening
  })
})
