// Calls between threads, over a real channel.

import { MessageChannel } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { InvalidCursorError, StartupError, StoreUnavailableError } from '../../src/kernel/errors.ts'
import { answerCalls, type Caller, createCaller } from '../../src/kernel/remote.ts'

type Method = (...args: never[]) => unknown

describe('calls between threads', () => {
  const ends: (() => void)[] = []
  afterEach(() => {
    for (const end of ends.splice(0)) end()
  })

  function connect(methods: Record<string, Method>, deadlineMs?: number): Caller {
    const { port1, port2 } = new MessageChannel()
    answerCalls(port2, (target, method) => (target === 'it' ? methods[method] : undefined))
    const caller = createCaller(port1, deadlineMs)
    ends.push(() => {
      caller.close()
      port1.close()
    })
    return caller
  }

  it('answers each call with its own result, in any order', async () => {
    const releases: (() => void)[] = []
    const { call } = connect({
      slow: () => new Promise((resolve) => releases.push(() => resolve('slow'))),
      fast: (value: number) => value + 1,
    })
    const slow = call('it', 'slow', [])
    expect(await Promise.all([call('it', 'fast', [1]), call('it', 'fast', [2])])).toEqual([2, 3])
    for (const release of releases) release()
    expect(await slow).toBe('slow')
  })

  it('keeps the class of an error, its code and its causes', async () => {
    const cause = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' })
    const { call } = connect({
      unavailable: () => {
        throw new StoreUnavailableError('the database cannot be written', { cause })
      },
      cursor: () => Promise.reject(new InvalidCursorError('no cursor of ours')),
      startup: () => Promise.reject(new StartupError('give it another path')),
      bug: () => Promise.reject(new TypeError('undefined is not a function')),
    })
    const error = await call('it', 'unavailable', []).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StoreUnavailableError)
    expect((error as Error).cause).toMatchObject({ code: 'SQLITE_IOERR', message: cause.message })
    await expect(call('it', 'cursor', [])).rejects.toBeInstanceOf(InvalidCursorError)
    await expect(call('it', 'startup', [])).rejects.toBeInstanceOf(StartupError)
    await expect(call('it', 'bug', [])).rejects.toThrow('undefined is not a function')
    await expect(call('it', 'nothing', [])).rejects.toThrow('no nothing of it')
  })

  it('I7: a small value takes nothing else of its pool along', async () => {
    const secret = Buffer.from('491283 is the code of somebody else')
    const value = Buffer.from('a value that lies in the same pool')
    expect(value.buffer).toBe(secret.buffer)
    const { call } = connect({
      hold: (bytes: { nested: Uint8Array[] }) => bytes.nested[0]?.toString(),
      back: (bytes: Uint8Array) => ({ kept: Buffer.from(bytes) }),
    })
    expect(await call('it', 'hold', [{ nested: [value] }])).toBe(value.toString())
    expect(await call('it', 'back', [value])).toEqual({ kept: value })
  })

  it('gives back what it was given: texts that look like bytes, nothing, and what was changed after the call', async () => {
    const { call } = connect({ back: (...given: unknown[]) => given })
    const given = [
      '=',
      '==',
      '=AAAA',
      '',
      null,
      -1.5,
      true,
      { a: { '=': '=b' }, b: [Buffer.alloc(0)] },
    ]
    expect(await call('it', 'back', given)).toEqual(given)
    const bytes = Buffer.from('before')
    const called = call('it', 'back', [bytes])
    bytes.fill(0)
    expect(await called).toEqual([Buffer.from('before')])
  })

  it('I11: a call that is not answered in time is a store that is unavailable, as are those after the end', async () => {
    const caller = connect({ never: () => new Promise(() => {}) }, 20)
    await expect(caller.call('it', 'never', [])).rejects.toThrow(StoreUnavailableError)
    const open = caller.call('it', 'never', [])
    caller.close()
    await expect(open).rejects.toThrow('the database is closed')
    await expect(caller.call('it', 'never', [])).rejects.toThrow('the database is closed')
  })

  it('refuses more calls than it can remember, and takes others once some are answered', async () => {
    const releases: (() => void)[] = []
    const { call } = connect({
      wait: () => new Promise<void>((resolve) => releases.push(resolve)),
      now: () => 'now',
    })
    const calls = Array.from({ length: 4_000 }, () => call('it', 'wait', []))
    await expect(call('it', 'now', [])).rejects.toThrow('too many calls wait')
    while (releases.length < calls.length) await new Promise((next) => setImmediate(next))
    for (const release of releases) release()
    await Promise.all(calls)
    expect(await call('it', 'now', [])).toBe('now')
  })
})
