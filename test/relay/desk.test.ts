// The relay's desk over the real domain and a steered clock: what is read of a request, which requests are one message, and
// what happens when a start takes too long.

import type { IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { loadSettings } from '../../src/config/load.ts'
import type { RelaySystem } from '../../src/kernel/relay-systems.ts'
import { createRelayDesk, type RelayDeps } from '../../src/relay/desk.ts'
import { createWorld, testService, type World } from '../verification/world.ts'
import { GOLDEN, SECRETS, sent } from './golden.ts'

const SECOND = 1000
const relay = { logto: [SECRETS.logto], zitadel: [SECRETS.zitadel], supabase: [SECRETS.supabase] }
const services = new Map([['default', testService({ relay })]])

let world: World
beforeAll(async () => {
  const limits = {
    ...testService().limits,
    sends_per_number_burst: null,
    sends_per_number_day: null,
  }
  world = await createWorld({ service: { limits: { ...limits, sends_per_prefix_hour: null } } })
})
afterAll(() => world.close())

const warn = vi.fn()
const deskOf = (deps: Partial<RelayDeps> = {}) =>
  createRelayDesk({
    ...{ service: world.service, services, clock: world.clock },
    ...{ parseAddress: (text: string) => text, logger: { info: vi.fn(), warn } },
    ...deps,
  })

async function ask(system: RelaySystem, code: string, to: string, desk = deskOf()) {
  const payload = GOLDEN[system].payload(code, to)
  const { body, headers } = sent(system, payload, { at: world.clock.now() })
  const opened = desk.open(system, headers as IncomingHttpHeaders)
  if (!opened || !('take' in opened)) throw new Error('refused by its head')
  return opened.take(Buffer.from(body))
}

let people = 0
function anybody(): string {
  people += 1
  return `+1415555${2700 + people}`
}
const count = (of: () => number) => {
  const before = of()
  return () => of() - before
}
const started = () => world.rows().length

describe('C93: the head of a request', () => {
  it('C93: a forged header is refused before its body is read', () => {
    const desk = deskOf()
    const opened = desk.open('logto', { authorization: 'Bearer a-secret-of-nobody-1' })
    expect(opened).toMatchObject({ status: 401 })
    expect(opened).not.toHaveProperty('take')
    expect(desk.open('logto', { authorization: `Bearer ${SECRETS.logto}` })).toHaveProperty('take')
  })

  it('a late signature is refused before its body is read', () => {
    const { headers } = sent('zitadel', {}, { at: world.clock.now() - 301 * SECOND })
    expect(deskOf().open('zitadel', headers)).toMatchObject({ status: 401 })
  })

  it('another system than those of the settings has no door', () => {
    expect(deskOf().open('kratos', { authorization: `Bearer ${SECRETS.kratos}` })).toBeUndefined()
    expect(deskOf().open('constructor', {})).toBeUndefined()
  })

  it('one line a minute says of which system forged ones are', () => {
    warn.mockClear()
    const desk = deskOf()
    for (let n = 0; n < 5; n += 1) desk.open('logto', {})
    expect(warn.mock.calls).toEqual([
      [{ system: 'logto', count: 1 }, 'a relay request was refused: it is not signed'],
    ])
  })
})

describe('C93: within a minute', () => {
  // Slices of 20 s: each phase in one, and both sides of its edge.
  it.each([0, 1, 7, 19.999])(
    'from second %d of a slice on, the same recipient, type and code are one message',
    async (phase) => {
      const to = anybody()
      const slice = 20 * SECOND
      world.moveWall(slice - (world.clock.now() % slice) + phase * SECOND)
      const made = count(started)
      expect(await ask('logto', '482913', to)).toMatchObject({ status: 200 })
      for (const seconds of [0.001, 0.5, 19.5, 39.999]) {
        world.moveWall(seconds * SECOND)
        expect(await ask('logto', '482913', to)).toMatchObject({ status: 200 })
        expect(made()).toBe(1)
      }
      // 60 s after the first; another code is another message at once, the same one again 80 s after it at the latest.
      await ask('logto', '482914', to)
      expect(made()).toBe(2)
      world.moveWall(20 * SECOND)
      await ask('logto', '482913', to)
      expect(made()).toBe(3)
    },
  )

  it('an event of Zitadel is one message for a day', async () => {
    const to = anybody()
    const made = count(started)
    for (const seconds of [0, 90, 3600]) {
      world.moveWall(seconds * SECOND)
      await ask('zitadel', '482913', to)
    }
    expect(made()).toBe(1)
  })
})

it('C93: many at once are one message, and one that is too slow is told to come again', async () => {
  const to = anybody()
  const made = count(started)
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask('logto', '482913', to)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(made()).toBe(1)

  vi.useFakeTimers()
  try {
    const never = deskOf({ service: { start: () => new Promise(() => {}) } })
    const answer = ask('supabase', '482913', anybody(), never)
    await vi.advanceTimersByTimeAsync(4 * SECOND)
    // Supabase asks again at once, and finds what was made meanwhile.
    expect(await answer).toMatchObject({ status: 503, retryAfterSeconds: 1 })
  } finally {
    vi.useRealTimers()
  }
})

describe('C93: a service that sends for a login system', () => {
  const BUDGETS = {
    LIMIT_SENDS_PER_COUNTRY_HOUR: '100/3600',
    LIMIT_SENDS_PER_SERVICE_HOUR: '500/3600',
  }
  const refusalOf = (env: Record<string, string>) => {
    const loaded = loadSettings({ RELAY_LOGTO_SECRET: SECRETS.logto, ...env }, { isCommand: true })
    return loaded.ok ? undefined : loaded.message
  }

  it.each(Object.keys(BUDGETS))('does not start without %s', (name) => {
    expect(refusalOf(BUDGETS)).toBeUndefined()
    expect(refusalOf({ ...BUDGETS, [name]: 'off' })).toMatch(
      new RegExp(`RELAY_LOGTO_SECRET: .*${name}`),
    )
  })
})
