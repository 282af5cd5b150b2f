// C89: the link of a mail, checked in place of its code: only where the asking browser is shown to be the one, from the same
// attempts, and once.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeLink } from '../../src/kernel/link-token.ts'
import type { FrontFields } from '../../src/verification/api.ts'
import { createWorld, NOBODY, type World } from './world.ts'

const PLAIN: FrontFields = {
  ...{ nonce: null, showsParty: false, returnUrl: null, link: true },
  linkBinding: null,
}
const text = () => randomBytes(16).toString('hex')

let world: World
let other: World
beforeAll(async () => {
  const linkUrl = 'https://app.example.com/link'
  world = await createWorld({ service: { linkUrl } })
  other = await createWorld({ service: { linkUrl, name: 'other' } })
})
afterAll(async () => {
  await world.close()
  await other.close()
})

async function startWith(change: Partial<FrontFields> = {}, given: { decoy?: boolean } = {}) {
  const session = text()
  const binding = text()
  const front = { ...PLAIN, linkBinding: binding, ...change }
  const to = `${text()}@example.com`
  const about = { to, purpose: 'login', decoy: false, ttlSeconds: 600, session, ...given }
  const result = await world.start({ ...about, front })
  if (result.kind === 'refused') throw new Error(result.detail)
  const { id } = result.verification
  return { id, session, binding, token: writeLink(world.keyring, id) }
}

const check = (
  token: string,
  binding: string | null,
  about: { session: string | null; purpose?: string; isBound?: boolean },
  at = world,
) =>
  at.service.check(at.caller, {
    ...{ id: null, to: null, country: null, subject: null, purpose: 'login', ...about },
    ...{ link: { token, binding }, ...NOBODY },
  })

const errorOf = (result: { kind: string; error?: string }) => result.error ?? result.kind
const rowOf = (id: string) => {
  const row = world.rows().find((one) => one.id === id)
  return { status: row?.status, attempts: row?.attempts, approvals: row?.approvals }
}
const UNTOUCHED = { status: 'pending', attempts: 0, approvals: 0 }

describe('C89: which starts may have a link', () => {
  const startTo = async (to: string, front: FrontFields, at = world) => {
    const about = { purpose: 'login', decoy: false, ttlSeconds: 600, session: text() }
    const result = await at.start({ ...about, to, front })
    return result.kind === 'refused' ? result.errors?.map(({ field }) => field) : result.kind
  }

  it('a mail; with link_binding only where LINK_URL is set', async () => {
    const bound = { ...PLAIN, linkBinding: text() }
    expect(await startTo('a@example.com', PLAIN)).toBe('started')
    expect(await startTo('b@example.com', bound)).toBe('started')
    expect(await startTo('+14155550100', PLAIN)).toEqual(['link'])
    const without = await createWorld({})
    expect(await startTo('c@example.com', PLAIN, without)).toBe('started')
    expect(await startTo('d@example.com', bound, without)).toEqual(['link_binding'])
    without.domain.hasPages = false
    expect(await startTo('e@example.com', PLAIN, without)).toEqual(['link'])
    await without.close()
  })
})

describe('C89: a check by a link', () => {
  it('approves with the value of its start, once, and the event says how', async () => {
    const { id, session, binding, token } = await startWith()
    const approved = await check(token, binding, { session })
    expect(approved).toMatchObject({ kind: 'approved', verification: { id, status: 'approved' } })
    expect(rowOf(id)).toEqual({ status: 'approved', attempts: 1, approvals: 1 })
    const query = { service: null, verificationId: id, cursor: null, limit: 10 }
    const { items } = await world.store.events.list(query)
    expect(items.find(({ type }) => type === 'verification.approved')?.details).toEqual({
      by: 'link',
    })
    expect(errorOf(await check(token, binding, { session }))).toBe('verification_approved')
  })

  it('another value, session, purpose or service changes nothing and costs nothing', async () => {
    const { id, session, binding, token } = await startWith()
    const foreign = await startWith()
    const tries = [
      check(token, text(), { session }),
      check(token, foreign.binding, { session }),
      check(token, binding, { session: foreign.session }),
      check(token, binding, { session: null }),
      check(token, binding, { session, purpose: 'payment' }),
      check(token, null, { session }),
    ]
    for (const result of await Promise.all(tries))
      expect(errorOf(result)).toBe('verification_mismatch')
    expect(errorOf(await check(token, binding, { session }, other))).toBe('verification_not_found')
    expect(rowOf(id)).toEqual(UNTOUCHED)
    expect(errorOf(await check(token, binding, { session }))).toBe('approved')
  })

  it('of a mail without a link nothing can be derived', async () => {
    const { id, session, binding, token } = await startWith({ link: false })
    expect(errorOf(await check(token, binding, { session }))).toBe('verification_mismatch')
    expect(rowOf(id)).toEqual(UNTOUCHED)
  })

  it('approves for the browser that opened its page, whatever the session; of a mail with a link alone', async () => {
    const { id, token } = await startWith({ linkBinding: null })
    const asked = { session: null, isBound: true }
    expect(errorOf(await check(token, null, asked))).toBe('approved')
    expect(rowOf(id)).toMatchObject({ status: 'approved', approvals: 1 })
    const without = await startWith({ link: false })
    expect(errorOf(await check(without.token, null, asked))).toBe('verification_mismatch')
  })

  it('of a decoy is never right', async () => {
    const { id, session, binding, token } = await startWith({}, { decoy: true })
    expect(errorOf(await check(token, binding, { session }))).toBe('code_incorrect')
    expect(rowOf(id)).toMatchObject({ status: 'pending', approvals: 0 })
  })

  it('is refused once its attempts are used up by codes, after its cancelation and its expiry', async () => {
    const spent = await startWith()
    const code = world.wrongCode(world.codeOf(spent.id))
    for (let n = 0; n < 5; n += 1)
      await world.check({ id: spent.id, code, purpose: 'login', session: spent.session })
    const canceled = await startWith()
    await world.cancel(canceled.id)
    const expired = await startWith()
    world.moveWall(600_000)
    const errors = []
    for (const { token, binding, session } of [spent, canceled, expired])
      errors.push(errorOf(await check(token, binding, { session })))
    expect(errors).toEqual([
      ...['max_attempts_reached', 'verification_canceled', 'verification_expired'],
    ])
  })

  it('I1: 20 links and codes at the same moment are one approval', async () => {
    const { id, session, binding, token } = await startWith()
    const code = world.codeOf(id)
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        n % 2
          ? check(token, binding, { session })
          : world.check({ id, code, purpose: 'login', session }),
      ),
    )
    expect(all.filter(({ kind }) => kind === 'approved')).toHaveLength(1)
    expect(rowOf(id)).toMatchObject({ status: 'approved', approvals: 1 })
  })

  it('under an Idempotency-Key is answered twice, and approves once', async () => {
    const { session, binding, token } = await startWith()
    const key = text()
    const link = { token, binding }
    const ask = () =>
      world.service.check(world.caller, {
        ...{ id: null, to: null, country: null, subject: null, purpose: 'login', session, link },
        ...{ endUser: NOBODY.endUser, idempotency: { key, body: { link: token } } },
      })
    expect(await ask()).toMatchObject({ kind: 'approved', replayed: false })
    expect(await ask()).toMatchObject({ kind: 'approved', replayed: true })
  })
})
