// C90: the one-use code of the hosted page, which is worth something only together with the session of its start.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApprovalCodes } from '../../src/front/approval-code.ts'
import { createWorld, NOBODY, testService, type World } from '../verification/world.ts'
import { approvalsOf, approve, newSession, recordOf, ringOf } from './approving.ts'

const MINUTE = 60_000
const NOT_FOUND = { kind: 'refused', error: 'approval_not_found' }

let world: World
beforeAll(async () => {
  world = await createWorld({})
})
afterAll(() => world.close())

const exchange = (approval: string, session: string, caller = world.caller) =>
  approvalsOf(world).exchange(caller, { approval, session, ...NOBODY })
/** Under an Idempotency-Key. */
const keyed = (key: string, approval: string, session: string) => {
  const idempotency = { key, body: { approval, session } }
  return approvalsOf(world).exchange(world.caller, { approval, session, ...NOBODY, idempotency })
}

async function codeOf(id: string): Promise<string> {
  const code = approvalsOf(world).approvalCodeFor(await recordOf(world, id), world.clock.now())
  if (code === null) throw new Error('no code was given')
  return code
}

/** Approved in a browser that has brought its code back. */
async function comeBack(given: Parameters<typeof approve>[1] = {}) {
  const session = newSession()
  const { id, nonce } = await approve(world, { session, ...given })
  return { id, nonce, session, code: await codeOf(id) }
}

describe('the code', () => {
  it('C90: with the session of its start it is the approved verification, once', async () => {
    const { id, nonce, session, code } = await comeBack()
    expect(code).toMatch(/^apc_[A-Za-z0-9_-]+$/)
    const result = await exchange(code, session)
    expect(result).toMatchObject({
      kind: 'approved',
      verification: { id, status: 'approved', to: '+14155550100' },
      approval: { nonce },
    })
    expect(await exchange(code, session)).toEqual(await exchange('apc_unknown', session))
    expect(await exchange(await codeOf(id), session)).toMatchObject(NOT_FOUND)
  })

  it('C90: of twenty exchanges at the same time one succeeds, also of several codes', async () => {
    const { id, session, code } = await comeBack()
    const codes = [code, await codeOf(id)]
    const all = Array.from({ length: 20 }, (_, i) => exchange(codes[i % 2] as string, session))
    const kinds = (await Promise.all(all)).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'approved')).toHaveLength(1)
  })

  it('C90: an answer that was lost is given again under its key, and under no other', async () => {
    const { id, nonce, session, code } = await comeBack()
    const [first, ...others] = await Promise.all(
      Array.from({ length: 5 }, () => keyed('the-same', code, session)),
    )
    expect(first).toMatchObject({ kind: 'approved', verification: { id }, approval: { nonce } })
    for (const other of others) expect(other).toEqual({ ...first, replayed: true })
    expect(await keyed('another', code, session)).toMatchObject(NOT_FOUND)
    expect(await exchange(code, session)).toMatchObject(NOT_FOUND)
    const reused = { kind: 'refused', error: 'idempotency_key_reused' }
    expect(await keyed('the-same', code, newSession())).toMatchObject(reused)
    // For no longer than the approval lasts.
    world.moveWall(5 * MINUTE - 1)
    expect(await keyed('the-same', code, session)).toEqual({ ...first, replayed: true })
    world.moveWall(1)
    expect(await keyed('the-same', code, session)).toMatchObject(NOT_FOUND)
  })

  it('C90: a refusal is kept under no key', async () => {
    const { session, code } = await comeBack()
    expect(await keyed('tried-before', 'apc_nothing', session)).toMatchObject(NOT_FOUND)
    expect((await keyed('tried-before', code, session)).kind).toBe('approved')
  })

  it('C90: with another session, or by another service, it is nothing, and stays good for its own', async () => {
    const { session, code } = await comeBack()
    expect(await exchange(code, newSession())).toMatchObject(NOT_FOUND)
    const bank = { service: testService({ name: 'bank' }), keyId: 'key_bank' }
    expect(await exchange(code, session, bank)).toMatchObject(NOT_FOUND)
    expect((await exchange(code, session)).kind).toBe('approved')
  })

  it('C90: a verification without a session gets none, and neither does one that was not approved', async () => {
    const { id } = await approve(world, { session: null })
    const { approvalCodeFor } = approvalsOf(world)
    const now = world.clock.now()
    const without = await recordOf(world, id)
    expect(approvalCodeFor(without, now)).toBeNull()
    // Made anyway, by somebody who has the keys: there is nothing to compare.
    const record = { ...without, sessionMac: Buffer.alloc(16) }
    const forced = approvalCodeFor(record, now)
    expect(await exchange(forced ?? '', newSession())).toMatchObject(NOT_FOUND)
    for (const status of ['pending', 'canceled', 'expired', 'max_attempts_reached'] as const)
      expect(approvalCodeFor({ ...record, status }, now)).toBeNull()
  })

  it('C90: it ends five minutes after the approval, however late it was given', async () => {
    const session = newSession()
    const { id } = await approve(world, { session })
    const first = await codeOf(id)
    world.moveWall(4 * MINUTE)
    const late = await codeOf(id)
    world.moveWall(MINUTE - 1)
    expect(await codeOf(id)).toMatch(/^apc_/)
    world.moveWall(1)
    for (const code of [first, late]) expect(await exchange(code, session)).toMatchObject(NOT_FOUND)
    const { approvalCodeFor } = approvalsOf(world)
    expect(approvalCodeFor(await recordOf(world, id), world.clock.now())).toBeNull()
  })

  it('C90: changed, cut short, or sealed by a key that is not known, it is nothing', async () => {
    const { session, code, id } = await comeBack()
    const other = createApprovalCodes(ringOf(9))
    const foreign = other.approvalCodeFor(await recordOf(world, id), world.clock.now()) ?? ''
    const sealed = world.keyring.seal(`9999999999999 ${id}`, 'another context')
    const wrong = [
      ...[foreign, code.slice(0, -1), `${code.slice(0, -2)}AA`, code.replace('apc_', 'apx_')],
      ...['', 'apc_', `apc_${'A'.repeat(110)}`, `apc_${sealed.toString('base64url')}`],
    ]
    for (const one of wrong) expect(await exchange(one, session), one).toMatchObject(NOT_FOUND)
    expect((await exchange(code, session)).kind).toBe('approved')
  })

  it('C90: a status lets nobody in: whoever watched it has no code, and a code of their own is of their own login', async () => {
    // Somebody starts a login in their browser, and gets the person to type the code into theirs.
    const attacker = newSession()
    const { id, code } = await comeBack({ session: attacker })
    expect((await recordOf(world, id)).status).toBe('approved')
    // The code went to the person's browser, whose session in the login flow is another.
    expect(await exchange(code, newSession())).toMatchObject(NOT_FOUND)
    // The one who watched has the session, the id and the status: none of them is a code.
    const own = await comeBack()
    for (const guess of [id, `apc_${id}`, own.code])
      expect(await exchange(guess, attacker)).toMatchObject(NOT_FOUND)
  })
})
