// C85: a challenge is valid for one recipient of one service, for five minutes, and only as it was issued.

import { beforeAll, expect, it } from 'vitest'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { CHALLENGE_MS, createChallenges } from '../../src/shield/challenge.ts'
import type { Challenge } from '../../src/verification/challenge-ports.ts'
import { encode, type Payload, solve, solved } from './solve.ts'

const NOW = Date.UTC(2026, 10, 1)
const OLD = Buffer.alloc(32, 1)
const NEW = Buffer.alloc(32, 2)
const WHOM = { service: 'default', party: '+14155552671' }

const nodeAt = (now: () => number, ...roots: Buffer[]) =>
  createChallenges({
    keyring: createKeyring(roots),
    clock: { now, floor: () => NOW } as never,
    tries: 16,
  })

let at = NOW
const node = nodeAt(() => at, OLD)
let challenge: Challenge
let payload: Payload
beforeAll(async () => {
  challenge = await node.create(WHOM)
  payload = await solve(challenge)
})

it('a solution is accepted, and names the challenge that it spends', async () => {
  const checked = await node.check(encode(payload), WHOM)
  const id = Buffer.from(challenge.parameters.nonce, 'hex')
  expect(checked).toEqual({ spent: { id, keptUntil: NOW + 2 * CHALLENGE_MS } })
  expect(id).toHaveLength(16)
  // In base64url, and with members that the widget adds.
  const padded = { ...payload, solution: { ...payload.solution, time: 12.3 } }
  const url = Buffer.from(JSON.stringify(padded)).toString('base64url')
  expect(await node.check(url, WHOM)).toEqual(checked)
  expect(url.length).toBeLessThan(1_500)
})

it('nothing in it says for whom it was issued', () => {
  const text = JSON.stringify(challenge)
  for (const secret of ['+1415', '4155552671', 'default']) expect(text).not.toContain(secret)
  expect(challenge.parameters.data?.issued_for).toMatch(/^[\w-]{22}$/)
})

it('it expires after five minutes, by the clock of the service', async () => {
  const text = encode(payload)
  at = NOW + CHALLENGE_MS - 1
  expect(await node.check(text, WHOM)).toHaveProperty('spent')
  at = NOW + CHALLENGE_MS
  expect(await node.check(text, WHOM)).toEqual({ fault: 'expired' })
  at = NOW
})

it.each([
  ['another recipient', { ...WHOM, party: '+14155552672' }],
  ['another service', { ...WHOM, service: 'shop' }],
])('it is valid for nobody else: %s', async (_name, whom) => {
  expect(await node.check(encode(payload), whom)).toEqual({ fault: 'issued_for_another' })
})

const later = '2036-11-01T00:00:00.000Z'
const changed = (parameters: object): Challenge => ({
  ...challenge,
  parameters: { ...challenge.parameters, ...parameters },
})

it.each<[string, () => unknown]>([
  ['another expiry', () => changed({ data: { ...challenge.parameters.data, expires_at: later } })],
  ['less work', () => changed({ cost: 1 })],
  ['a shorter prefix', () => changed({ keyPrefix: '' })],
  ['no signature of the key', () => changed({ keySignature: undefined })],
  ['another algorithm', () => changed({ algorithm: 'SHA-256' })],
  ['an algorithm that there is not', () => changed({ algorithm: 'none' })],
  ['another nonce', () => changed({ nonce: '00'.repeat(16) })],
  ['an expiry of the library’s', () => changed({ expiresAt: 1 })],
  ['another signature', () => ({ ...challenge, signature: 'f'.repeat(64) })],
  ['an empty signature', () => ({ ...challenge, signature: '' })],
  ['no parameters', () => ({ ...challenge, parameters: [] })],
])('one that was changed is forged: %s', async (_name, make) => {
  const text = encode({ ...payload, challenge: make() })
  expect(await node.check(text, WHOM)).toEqual({ fault: 'forged' })
})

it('one that a stranger made is forged', async () => {
  const strange = nodeAt(() => NOW, NEW)
  expect(await node.check(await solved(await strange.create(WHOM)), WHOM)).toEqual({
    fault: 'forged',
  })
})

it.each<[string, { counter?: unknown; derivedKey?: unknown }]>([
  ['a key that is not it', { counter: 1, derivedKey: '00'.repeat(32) }],
  ['the prefix alone', { counter: 1, derivedKey: 'prefix' }],
  ['a number that is too large', { counter: 2 ** 32 }],
  ['a number that is none', { counter: 'many' }],
  ['no key', { derivedKey: null }],
])('work that was not done is wrong: %s', async (_name, change) => {
  const { solution } = payload
  const derivedKey = change.derivedKey === 'prefix' ? challenge.parameters.keyPrefix : undefined
  const text = encode({
    challenge,
    solution: { ...solution, ...change, ...(derivedKey && { derivedKey }) },
  })
  expect(await node.check(text, WHOM)).toEqual({ fault: 'wrong' })
})

it.each<[string, () => string]>([
  ['cut off', () => encode(payload).slice(0, -40)],
  ['not base64', () => '%%%'],
  ['not JSON', () => Buffer.from('challenge').toString('base64')],
  ['a number', () => encode(7)],
  ['nothing', () => encode(null)],
  ['a list', () => encode([payload])],
  ['a challenge that is not solved', () => encode(challenge)],
  ['without a signature', () => encode({ ...payload, challenge: { parameters: {} } })],
  ['the form of an older library', () => encode({ algorithm: 'SHA-256', number: 7, salt: 'a' })],
  ['deep', () => Buffer.from('{"challenge":'.repeat(140)).toString('base64')],
])('what is no solution cannot be read: %s', async (_name, make) => {
  expect(await node.check(make(), WHOM)).toEqual({ fault: 'unreadable' })
})

it('brings nothing but itself: what stands beside it is no option of the library', async () => {
  const spent = await node.check(encode(payload), WHOM)
  for (const options of [{ hmacAlgorithm: 'MD5' }, { counterMode: 'string' }, { deriveKey: 1 }])
    expect(await node.check(encode({ ...payload, ...options }), WHOM)).toEqual(spent)
})

it('during a key rotation each node accepts what the others issue', async () => {
  const before = node
  const during = nodeAt(() => NOW, NEW, OLD)
  const after = nodeAt(() => NOW, NEW)
  const issue = async (by: typeof node) => solved(await by.create(WHOM))
  const isAccepted = async (by: typeof node, text: string) =>
    'spent' in (await by.check(text, WHOM))
  for (const [by, to] of [
    [before, during],
    [during, before],
    [during, during],
    [after, during],
  ] as const)
    expect(await isAccepted(to, await issue(by))).toBe(true)
  expect(await isAccepted(after, await issue(before))).toBe(false)
})
