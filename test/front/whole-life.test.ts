// C86: a decoy's view beside those of real ones, over their whole life: whatever becomes of a message, not a byte differs.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { createFrontDesk } from '../../src/front/desk.ts'
import { createWorld, type ProviderOutcome, type World } from '../verification/world.ts'

const LOGIN = { purpose: 'login', session: null, ttlSeconds: 600 }
const NOBODY = { clientIp: null, userAgent: null }

let world: World
beforeAll(async () => {
  world = await createWorld({})
})
afterAll(() => world.close())

const FATES = ['arrived', 'accepted', 'permanent', 'temporary', 'decoy'] as const

async function begin(to: string, decoy: boolean) {
  const started = await world.start({ ...LOGIN, to, decoy })
  if (started.kind === 'refused') throw new Error(started.error)
  return started.verification.id
}

function openDesk() {
  const { keyring, store, service, policy, clock } = world
  return createFrontDesk({
    ...{ keyring, store: store.front, service, clock, publicUrl: null },
    ...{ services: new Map([[policy.name, policy]]), explain: () => null, onLook: () => {} },
  })
}

async function arrive(id: string) {
  const { tryId } = { tryId: `att_${id.slice(4)}_1_1` }
  await world.store.outbox.receive({
    key: { provider: 'test', tryId, reference: null },
    reported: { state: 'delivered', error: null, fault: null, at: null },
    ...{ now: world.clock.now(), next: () => undefined },
  })
}

it('C86: a decoy has the view of a message that arrived, was accepted, failed, or is being tried', async () => {
  const desk = openDesk()
  const walk = async (fate: (typeof FATES)[number], place: number): Promise<string[]> => {
    const beganAt = world.clock.now()
    world.setProvider(
      fate === 'arrived' || fate === 'decoy' ? 'accepted' : (fate as ProviderOutcome),
    )
    const id = await begin(`+1415555${place}671`, fate === 'decoy')
    const { token } = desk.linkOf({ verificationId: id, actions: true })
    const code = fate === 'decoy' ? '000000' : world.wrongCode(world.codeOf(id))
    const seen: string[] = []
    const note = (what: string, result: unknown) => seen.push(`${what} ${JSON.stringify(result)}`)
    const look = async (what: string) => {
      const door = await desk.open(token)
      if (!door) return note(what, 'over')
      const { view } = desk.show(door)
      const relative = (at: number | null) => at && at - beganAt
      note(what, {
        ...{ ...view, reference: '' },
        ...{ expiresAt: relative(view.expiresAt), resendAt: relative(view.resendAt) },
      })
    }
    const act = async (what: 'check' | 'resend' | 'next') => {
      const door = await desk.open(token)
      if (!door) return note(what, 'over')
      const result = await (what === 'check'
        ? desk.check(door, code, NOBODY)
        : desk[what](door, NOBODY))
      note(what, result.kind === 'refused' ? [result.error, result.detail] : result.kind)
    }
    const forward = (seconds: number) => world.moveWall(seconds * 1000)
    await look('at once')
    await world.deliver()
    if (fate === 'arrived') await arrive(id)
    await look('handed over')
    await act('resend')
    await act('next')
    forward(3)
    await look('after 3 s')
    await act('check')
    forward(27)
    await world.deliver()
    await look('after 30 s')
    await act('resend')
    await world.deliver()
    await look('sent again')
    forward(60)
    await act('check')
    await look('after 90 s')
    forward(451)
    await act('resend')
    await look('too late to send again')
    forward(59)
    await look('expired')
    await act('check')
    await world.sweep()
    await look('swept')
    forward(300)
    await look('five minutes later')
    return seen
  }
  const walks: string[][] = []
  for (const [i, fate] of FATES.entries()) walks.push(await walk(fate, i))
  const [arrived] = walks
  expect(arrived).toHaveLength(17)
  expect(arrived?.filter((line) => line.startsWith('resend'))).toEqual([
    'resend ["resend_too_early","the next message may go out in 30 s"]',
    'resend "resent"',
    expect.stringMatching(/^resend \["resend_too_late"/),
  ])
  for (const [i, fate] of FATES.entries()) expect(walks[i], fate).toEqual(arrived)
})
