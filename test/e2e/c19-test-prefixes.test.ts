// C19: a test recipient that is a prefix, with end users' addresses, on the composed service.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { outcomeOf, type Steered, startSteered } from './steered-service.ts'

const UNTIL = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
const NUMBER = '+15005550006'

let service: Steered
beforeAll(async () => {
  service = await startSteered({
    TEST_RECIPIENTS: `${NUMBER}=123456@${UNTIL},+1415555*=012345@${UNTIL}`,
    LIMIT_SENDS_PER_IP_BURST: '3/600',
    CLIENT_IP: 'required',
  })
})
afterAll(() => service.close())

it('C19: a prefix is millions of numbers: the limits by address hold, for resends, too', async () => {
  const from = (n: number, client_ip: string) =>
    service.start({ to: `+141555502${10 + n}`, client_ip })
  const ids: string[] = []
  for (let n = 0; n < 3; n += 1) {
    const answer = await from(n, '203.0.113.50')
    expect([answer.status, answer.headers.get('ratelimit')]).toEqual([
      201,
      expect.stringContaining(`"sends_per_ip_burst";r=${2 - n}`),
    ])
    ids.push(answer.body.id)
  }
  const fourth = await from(3, '203.0.113.50')
  expect([...outcomeOf(fourth), fourth.body.limit.name]).toEqual([
    429,
    'rate_limited',
    'sends_per_ip_burst',
  ])
  expect((await from(4, '203.0.113.51')).status).toBe(201)
  service.forward(45)
  const again = await service.resend(ids[0] as string)
  expect([...outcomeOf(again), again.body.limit?.name]).toEqual([
    429,
    'rate_limited',
    'sends_per_ip_burst',
  ])
  // One number by itself has a guess budget, and is counted by nothing else.
  const one = await service.start({ to: NUMBER, client_ip: '203.0.113.50' })
  expect([one.status, one.headers.get('ratelimit')]).toEqual([201, null])
})

it('C19: decoys of a prefix, and starts by other addresses of one IPv6 site, are counted together', async () => {
  const from = (n: number, body: object = {}) =>
    service.start({ to: `+141555503${10 + n}`, client_ip: '2001:db8::1', ...body })
  expect((await from(1)).status).toBe(201)
  expect((await from(2, { decoy: true })).status).toBe(201)
  expect((await from(3, { client_ip: '2001:db8::2' })).status).toBe(201)
  expect(outcomeOf(await from(4))).toEqual([429, 'rate_limited'])
})
