// An answer that is kept under an Idempotency-Key is the one that was given, though the write took its time.

import { afterEach, beforeEach, expect, it } from 'vitest'
import type { VerificationStore } from '../../src/verification/ports.ts'
import { createWorld, type World } from './world.ts'

/** Over the edge of a second, whatever the moment of the effect was. */
const WRITE_MS = 1_000
const RESEND_WAIT_MS = 31_000
const STEPS = ['create', 'change'] as const

let world: World
/** Time goes on while a step is written. */
function slowly(store: VerificationStore): VerificationStore {
  const slow = { ...store } as Record<string, unknown>
  for (const name of STEPS) {
    const step = store[name] as (input: unknown) => Promise<unknown>
    slow[name] = async (input: unknown) => {
      const outcome = await step(input)
      world.moveWall(WRITE_MS)
      return outcome
    }
  }
  return slow as VerificationStore
}

beforeEach(async () => {
  world = await createWorld({
    wrapPorts: (ports) => ({ ...ports, store: slowly(ports.store) }),
  })
})
afterEach(() => world.close())

const under = (key: string) => ({
  endUser: { clientIp: null, userAgent: null },
  idempotency: { key, body: {} },
})

/** Asked twice under one key. */
async function twice<T extends object>(ask: () => Promise<T>): Promise<T> {
  const first = await ask()
  const again = await ask()
  expect(again).toEqual({ ...first, budgets: [], replayed: true })
  return first
}

const start = (key: string) =>
  world.service.start(world.caller, {
    ...{ to: 'ann@example.com', session: null, purpose: 'login', decoy: false, ttlSeconds: 600 },
    ...{
      channel: null,
      channels: null,
      country: null,
      locale: null,
      codeLength: null,
      metadata: {},
      challenge: null,
    },
    ...{ authenticated: false, ...under(key) },
  })
const check = (id: string, code: string) =>
  world.service.check(world.caller, {
    ...{
      to: null,
      country: null,
      subject: null,
      id,
      code,
      purpose: 'login',
      session: null,
      ...under(code),
    },
  })

it('C38: each step is answered as it is kept, to the second', async () => {
  const started = await twice(() => start('s1'))
  if (started.kind !== 'started') throw new Error(started.kind)
  const { id } = started.verification
  const code = world.codeOf(id)
  await world.deliver()
  await twice(() => check(id, world.wrongCode(code)))
  world.moveWall(RESEND_WAIT_MS)
  const { caller, service } = world
  const resent = await twice(() => service.resend(caller, { id, channel: null, ...under('r1') }))
  expect(resent.kind).toBe('resent')
  expect((await twice(() => check(id, code))).kind).toBe('approved')

  const other = await start('s2')
  if (other.kind !== 'started') throw new Error(other.kind)
  const canceled = await twice(() =>
    service.cancel(caller, { id: other.verification.id, ...under('x1') }),
  )
  expect(canceled.kind).toBe('canceled')
})
