// A verification that is approved, and the login flow's side of it: for the tests of approvals.

import { randomBytes } from 'node:crypto'
import { type Approvals, createApprovals } from '../../src/front/approvals.ts'
import { createKeyring, type Keyring } from '../../src/kernel/keyring.ts'
import type { Approved, Caller } from '../../src/verification/api.ts'
import { NOBODY, type World } from '../verification/world.ts'

export const ISSUER = 'https://verify.example.com'
export const ringOf = (...bytes: number[]): Keyring =>
  createKeyring(bytes.map((byte) => Buffer.alloc(32, byte)))

/** The world's root key, as `world.ts` has it. */
export const OWN = 7

export const newNonce = () => randomBytes(16).toString('base64url')
export const newSession = () => randomBytes(16).toString('hex')

export const approvalsOf = (world: World, keyring: Keyring = world.keyring): Approvals =>
  createApprovals({ ...world.domain, keyring, issuer: ISSUER })

export const recordOf = async (world: World, id: string) => {
  const record = await world.store.verifications.find('default', id)
  if (!record) throw new Error('there is no such verification')
  return record
}

type Given = {
  to?: string
  nonce?: string | null
  showsParty?: boolean
  session?: string | null
  /** Of the check. */
  key?: string
}

/** Started and approved, by its right code. */
export async function approve(world: World, given: Given = {}) {
  const { to = '+14155550100', nonce = newNonce(), showsParty = false } = given
  const { session = newSession(), key } = given
  const front = { nonce, showsParty, returnUrl: null, link: false, linkBinding: null }
  const common = { purpose: 'login', session }
  const started = await world.start({ to, decoy: false, ttlSeconds: 600, front, ...common })
  if (started.kind === 'refused') throw new Error(started.error)
  const { id } = started.verification
  const command = { id, code: world.codeOf(id), ...common, to: null, country: null, subject: null }
  const check = async () => {
    const idempotency = key === undefined ? null : { key, body: command }
    const result = await world.service.check(world.caller, { ...command, ...NOBODY, idempotency })
    if (result.kind !== 'approved') throw new Error(result.error)
    return result
  }
  return { id, nonce, session, check, approved: await check() }
}

export async function sign(world: World, approved: Approved, caller: Caller = world.caller) {
  const token = await approvalsOf(world).signedFor(caller, approved)
  if (token === null) throw new Error('nothing was signed')
  return token
}
