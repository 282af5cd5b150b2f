// What a start asks of the front door, and what a start that continues it asks anew.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FrontFields } from '../../src/verification/api.ts'
import { createWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld({ service: { linkUrl: 'https://app.example.com/link' } })
})
afterAll(() => world.close())

const ASKED: FrontFields = {
  ...{ nonce: 'a-nonce-of-the-caller', showsParty: false, returnUrl: null, link: false },
  linkBinding: null,
}
const newSession = () => randomBytes(16).toString('hex')

async function start(session: string, front: FrontFields | undefined) {
  const given = { to: 'ada@example.com', purpose: 'login', decoy: false, ttlSeconds: 600 }
  const result = await world.start({ ...given, session, front })
  if (result.kind === 'refused') throw new Error(result.error)
  return { kind: result.kind, id: result.verification.id }
}

it('I22: a start that continues asks anew, and one that asks for nothing leaves what was asked', async () => {
  const session = newSession()
  const { id } = await start(session, ASKED)
  expect(await start(session, undefined)).toEqual({ kind: 'continued', id })
  expect((await world.store.front.find(id))?.nonce).toBe(ASKED.nonce)
  expect((await start(session, { ...ASKED, nonce: 'another-one-of-it' })).id).toBe(id)
  expect((await world.store.front.find(id))?.nonce).toBe('another-one-of-it')
})

it('I22: of a binding the MAC is kept, which no other value has', async () => {
  const bindings = ['one-value-of-a-browser', 'one-value-of-a-browser', 'another-one-of-its']
  const kept: (Uint8Array | null | undefined)[] = []
  for (const linkBinding of bindings) {
    const { id } = await start(newSession(), { ...ASKED, link: true, linkBinding })
    kept.push((await world.store.front.find(id))?.linkBindingMac)
  }
  const [first, same, other] = kept
  expect(first).toHaveLength(16)
  expect(same).toEqual(first)
  expect(other).not.toEqual(first)
})
