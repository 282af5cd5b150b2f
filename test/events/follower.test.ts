// One reader of the log for all who listen: only while they do, and through times when the store is away.

import { describe, expect, it, vi } from 'vitest'
import { createFollower } from '../../src/events/follower.ts'
import type { EventRecord, EventStore, LogPosition } from '../../src/events/types.ts'

const event = (sequence: number) => ({ sequence }) as EventRecord
const at = (sequence: number): LogPosition => ({ sequence, at: 0, awaited: [] })

function makeLog() {
  const log = { end: 0, asked: 0, isAway: false }
  const follow: EventStore['follow'] = async (position, limit) => {
    log.asked += 1
    if (log.isAway) throw new Error('away')
    if (!position) return { items: [], position: at(log.end), hasMore: false }
    const items: EventRecord[] = []
    for (let next = position.sequence + 1; next <= log.end && items.length < limit; next += 1)
      items.push(event(next))
    const last = items.at(-1)?.sequence ?? position.sequence
    return { items, position: at(last), hasMore: items.length === limit }
  }
  const mark = async () => String(log.end)
  const warn = vi.fn()
  const follower = createFollower({ store: { follow, mark }, logger: { warn }, readEveryMs: 5 })
  const listen = () => {
    const heard: number[] = []
    const own = follower.listen((events) => heard.push(...events.map((one) => one.sequence)))
    return { heard, ...own }
  }
  return { log, warn, listen, follower }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('the follower', () => {
  it('gives every listener each event once, and polls once for all of them', async () => {
    const { log, listen } = makeLog()
    log.end = 7
    const all = [listen(), listen(), listen()]
    await all[0]?.ready
    log.end = 1_300
    await vi.waitFor(() => expect(all[2]?.heard).toHaveLength(1_293))
    for (const { heard } of all) expect([heard[0], heard.at(-1)]).toEqual([8, 1_300])
    expect(log.asked).toBeLessThan(40)
    for (const { stop } of all) stop()
  })

  it('does not poll while nobody listens, and begins at the end for the next listener', async () => {
    const { log, listen } = makeLog()
    const first = listen()
    await first.ready
    first.stop()
    await pause(20)
    const { asked } = log
    log.end = 5
    await pause(30)
    expect(log.asked).toBe(asked)
    const second = listen()
    await second.ready
    log.end = 6
    await vi.waitFor(() => expect(second.heard).toEqual([6]))
    expect(first.heard).toEqual([])
    second.stop()
  })

  it('tells whoever needs no event that there are some, once for all that came, and reads none for it', async () => {
    const { log, follower } = makeLog()
    log.end = 7
    const told = vi.fn()
    const { ready, stop } = follower.notice(told)
    await ready
    await pause(20)
    expect(told).not.toHaveBeenCalled()
    log.end = 1_300
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1))
    await pause(20)
    expect(told).toHaveBeenCalledTimes(1)
    expect(log.asked).toBe(0)
    stop()
  })

  it('loses nothing while the store is down, and complains once', async () => {
    const { log, warn, listen } = makeLog()
    const { ready, heard, stop } = listen()
    await ready
    log.isAway = true
    log.end = 3
    await vi.waitFor(() => expect(warn).toHaveBeenCalled())
    await pause(30)
    log.isAway = false
    await vi.waitFor(() => expect(heard).toEqual([1, 2, 3]))
    expect(warn).toHaveBeenCalledTimes(1)
    stop()
  })
})
