// C95: a login moves from Twilio to this service and back while codes are pending: 5, 50 and 100 of a hundred are ours, on nodes
// that share one store, as during a rolling restart. No code is lost.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { UNLIMITED } from '../e2e/service-process.ts'
import { API_KEY, type Real, startReal } from '../http/real.ts'
import { createDatabase, type Database } from '../postgres/databases.ts'
import { createSdk } from './sdk.ts'
import { LOGIN, type StandIn, startStandIn } from './twilio-stand-in.ts'

const SERVICE_SID = `VA${'0d'.repeat(16)}`
/** Ours are what is left of a hundred. */
const SHARES = ['95', '50', '0'] as const
const STARTS = 3
/** What is drawn is drawn again until it is there: a fair coin does not fall the same way so often. */
const MOST_STARTS = 64

let twilio: StandIn
let database: Database
let nodes: Real[]
beforeAll(async () => {
  twilio = await startStandIn(SERVICE_SID)
  database = await createDatabase()
  nodes = []
  for (const share of SHARES)
    nodes.push(
      await startReal({
        ...{ ...UNLIMITED, DATABASE_URL: database.url },
        ...{ TWILIO_VERIFY_COMPAT: 'on', TWILIO_VERIFY_SERVICE_SID: SERVICE_SID },
        ...{ TWILIO_VERIFY_PERCENT: share, TWILIO_VERIFY_BASE_URL: twilio.url },
        ...{ TWILIO_VERIFY_KEY_SID: LOGIN.keySid, TWILIO_VERIFY_KEY_SECRET: LOGIN.keySecret },
      }),
    )
})
afterAll(async () => {
  for (const node of nodes ?? []) await node.close()
  await database?.drop()
  await twilio?.close()
})

let numbers = 3000
const nextNumber = () => `+1415555${++numbers}`
const at = (node: Real) => createSdk(node.url, API_KEY).services(SERVICE_SID)

/** Twilio's, or from the inbox of whichever node sent it. */
const codeFor = (to: string) =>
  vi.waitFor(async () => {
    const found = twilio.codeOf(to)
    if (found !== undefined) return found
    for (const { client } of nodes) {
      const { body } = await client.get('/dev/inbox', { accept: 'application/json' })
      const message = body.find((one: { to: string }) => one.to === to)
      if (message) return message.code as string
    }
    throw new Error('no message yet')
  })
const isTwilios = (to: string) => twilio.codeOf(to) !== undefined

async function startMany(node: Real, isEnough: (all: string[]) => boolean = () => true) {
  const all: string[] = []
  while (all.length < STARTS || (!isEnough(all) && all.length < MOST_STARTS)) {
    const to = nextNumber()
    await at(node).verifications.create({ to, channel: 'sms' })
    all.push(to)
  }
  return all
}
const bothKinds = (all: string[]) => all.some(isTwilios) && !all.every(isTwilios)

describe('C95: 5, 50 and 100 of a hundred, and back', () => {
  it('what was started at one share is checked at every other one', async () => {
    const [first, second, last] = nodes as [Real, Real, Real]
    const most = await startMany(first, (all) => all.some(isTwilios))
    const half = await startMany(second, bothKinds)
    const none = await startMany(last)
    const pending = [most, half, none]
    expect(most.some(isTwilios)).toBe(true)
    expect(bothKinds(half)).toBe(true)
    expect(none.some(isTwilios)).toBe(false)
    const all = pending.flatMap((started, by) => started.map((to) => ({ to, by })))
    const checked = []
    for (const [n, { to, by: starter }] of all.entries()) {
      // By the nodes after and before the one that started it.
      const node = nodes[(starter + 1 + (n % 2)) % nodes.length] as Real
      const { sid } = await at(node).verifications(to).fetch()
      const by = n % 3 === 0 ? { verificationSid: sid } : { to }
      const code = await codeFor(to)
      checked.push(await at(node).verificationChecks.create({ ...by, code }))
    }
    expect(checked.map(({ status, valid }) => [status, valid])).toEqual(
      all.map(() => ['approved', true]),
    )
  })

  it('a start at another share goes on with what is pending: one verification, wherever it lives', async () => {
    const [first, , last] = nodes as [Real, Real, Real]
    const mine = await startMany(last)
    const theirs = (await startMany(first, (all) => all.some(isTwilios))).filter(isTwilios)
    for (const [node, to] of [
      [first, mine[0]],
      [last, theirs[0]],
    ] as const) {
      const again = at(node).verifications.create({ to: to ?? '', channel: 'sms' })
      await expect(again).rejects.toMatchObject({ status: 429, code: 60212 })
      const code = await codeFor(to ?? '')
      const right = await at(node).verificationChecks.create({ to: to ?? '', code })
      expect(right.valid).toBe(true)
    }
  })
})
