// Who carries a message next, case by case.

import { describe, expect, it } from 'vitest'
import { nextProvider, type Readiness } from '../../src/delivery/routes/next-provider.ts'
import { forNewRound, hadTurn, hasRefused, withTried } from '../../src/delivery/routes/tried.ts'

const AWAKE: Readiness = { rests: false, pausedUntil: 0 }
const RESTS: Readiness = { rests: true, pausedUntil: 0 }
const paused = (pausedUntil: number): Readiness => ({ rests: false, pausedUntil })

const next = (tried: string, states: Record<string, Readiness> = {}) =>
  nextProvider(['a', 'b', 'c'], tried, (name) => states[name] ?? AWAKE)

describe('C53: the next provider is', () => {
  it('whoever had no turn yet, in the order of the route', () => {
    expect(next('')).toMatchObject({ provider: 'a', tried: '', isNewRound: false, notBefore: 0 })
    expect(next('a')).toMatchObject({ provider: 'b', tried: 'a', isNewRound: false })
    expect(next('b,a')).toMatchObject({ provider: 'c', tried: 'b,a' })
  })

  it('the first again, in a new round, where all had their turn', () => {
    expect(next('a,b,c')).toMatchObject({ provider: 'a', tried: '', isNewRound: true })
    expect(next('a!,b,c')).toMatchObject({ provider: 'b', tried: 'a!', isNewRound: true })
  })

  it('nobody who refused it for good', () => {
    expect(next('a!')).toMatchObject({ provider: 'b', roundLength: 2 })
    expect(next('a!,b!,c!')).toBeUndefined()
  })

  it('whoever is awake, before one that rests and has had no turn', () => {
    expect(next('', { a: RESTS })).toMatchObject({ provider: 'b', tried: '' })
    expect(next('b', { a: RESTS, c: RESTS })).toMatchObject({ provider: 'b', isNewRound: true })
  })

  it('one that rests, where nobody is awake', () => {
    const all = { a: RESTS, b: RESTS, c: RESTS }
    expect(next('', all)).toMatchObject({ provider: 'a', isNewRound: false, notBefore: 0 })
    expect(next('a,b,c', all)).toMatchObject({ provider: 'a', isNewRound: true })
  })

  it('never one that asked for a pause, before that is over', () => {
    expect(next('', { a: paused(9) })).toMatchObject({ provider: 'b' })
    expect(next('', { a: paused(9), b: RESTS, c: RESTS })).toMatchObject({ provider: 'b' })
    const all = { a: paused(9), b: paused(5), c: paused(7) }
    expect(next('', all)).toMatchObject({ provider: 'b', notBefore: 5 })
  })
})

it('what a send has tried is a text', () => {
  const text = ['a', 'b', 'a', 'twilio:eu'].reduce(
    (tried, name) => withTried(tried, name, name === 'b'),
    '',
  )
  expect(text).toBe('b!,a,twilio:eu')
  expect([hadTurn(text, 'a'), hadTurn(text, 'b'), hadTurn(text, 'twilio')]).toEqual([
    true,
    true,
    false,
  ])
  expect([hasRefused(text, 'b'), hasRefused(text, 'a')]).toEqual([true, false])
  expect([forNewRound(text), forNewRound('a,c')]).toEqual(['b!', ''])
})
