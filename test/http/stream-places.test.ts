// Who may have how many streams, and who is left a place whatever others take.

import { expect, it } from 'vitest'
import { createStreamPlaces, MAX_STREAMS, type StreamHolder } from '../../src/http/stream-places.ts'

/** Takes until there is no place. @returns how many there were */
function fill(take: (n: number) => (() => void) | undefined): (() => void)[] {
  const left: (() => void)[] = []
  for (let n = 0; n < 1_000; n += 1) {
    const leave = take(n)
    if (!leave) return left
    left.push(leave)
  }
  return left
}

const places = () => createStreamPlaces(MAX_STREAMS)
const session = (n: number, keyId: string, service: string | null): StreamHolder => ({
  ...{ id: `${keyId}-session-${n}`, keyId, service },
})

it('C64: one session, one key, one service have so many each', () => {
  const { take } = places()
  const held = fill(() => take(session(0, 'a', 'shop')))
  expect(held).toHaveLength(MAX_STREAMS.perHolder)
  held.push(...fill((n) => take(session(n + 1, 'a', 'shop'))))
  expect(held).toHaveLength(MAX_STREAMS.perKey)
  held.push(...fill((n) => take(session(n, `key-${n}`, 'shop'))))
  expect(held).toHaveLength(MAX_STREAMS.perService)
  expect(take(session(0, 'other', 'bank'))).toBeDefined()
  for (const leave of held) leave()
  expect(fill(() => take(session(0, 'a', 'shop')))).toHaveLength(MAX_STREAMS.perHolder)
})

it('C64: all services together leave places for the keys of none', () => {
  const { take } = places()
  const ofServices = fill((n) => take(session(n, `key-${n}`, `service-${n}`)))
  expect(ofServices).toHaveLength(MAX_STREAMS.ofServices)
  const ofNone = fill((n) => take(session(n, `admin-${n}`, null)))
  expect(ofNone).toHaveLength(MAX_STREAMS.inAll - MAX_STREAMS.ofServices)
  expect(ofNone.length).toBeGreaterThanOrEqual(MAX_STREAMS.perKey)
  ofServices.at(0)?.()
  expect(take(session(0, 'late', null))).toBeDefined()
  expect(take(session(0, 'late', 'shop'))).toBeUndefined()
})

it('C64: a key of no service has no more than others', () => {
  const { take } = places()
  expect(fill((n) => take(session(n, 'ADMIN_KEY', null)))).toHaveLength(MAX_STREAMS.perKey)
})

it('C64: a stream that was refused holds nothing', () => {
  const { take } = places()
  const [leave] = fill((n) => take(session(n, 'a', 'shop')))
  for (let n = 0; n < 100; n += 1) take(session(n, 'a', 'shop'))
  leave?.()
  expect(take(session(999, 'a', 'shop'))).toBeDefined()
})
