// Two real processes on one PostgreSQL share a provider's pace, while one of them is killed and another takes its place.

import { afterEach, expect, it } from 'vitest'
import { answer, startFaultServer } from '../delivery/fault-server.ts'
import { createDatabase } from '../postgres/databases.ts'
import { startService, temporaryDirectory, UNLIMITED, waitFor } from './service-process.ts'

const RATE = 20
/** What a bucket holds after a quiet moment (delivery/pace/bucket.ts). */
const BURST = 6
const MESSAGES = 90

const opened: { close(): Promise<unknown> | unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

it('the sum of all nodes keeps to the rate, a kill included, and every message goes out', async () => {
  const database = await createDatabase()
  opened.push({ close: database.drop })
  const seenAt: number[] = []
  const to = new Set<string>()
  const json = { 'content-type': 'application/json' }
  const server = await startFaultServer((response, seen) => {
    seenAt.push(performance.now())
    to.add(new URLSearchParams(seen.body).get('To') ?? '')
    answer(201, '{"sid":"SM0123","status":"queued"}', json)(response, seen)
  })
  opened.push(server)
  const directory = temporaryDirectory()
  opened.push({ close: directory.remove })
  const begin = async (ROLE: string) => {
    const service = await startService(directory.path, {
      ...{ ...UNLIMITED, ROLE, DATABASE_URL: database.url, DELIVERY_DEADLINE_SECONDS: '1' },
      TWILIO__EU_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO__EU_AUTH_TOKEN: 'the-token-of-the-account',
      TWILIO__EU_FROM: '+15005550006',
      TWILIO__EU_BASE_URL: server.url,
      TWILIO__EU_RATE: `${RATE}/s`,
    })
    opened.push({ close: () => service.stop() })
    return service
  }
  const api = await begin('api')
  for (let n = 0; n < MESSAGES; n += 1)
    expect(
      (await api.post('/verify/start', { to: `+1415555${2000 + n}` })).status,
      api.output(),
    ).toBe(201)
  const workers = await Promise.all([begin('worker'), begin('worker')])
  await waitFor('the first third', () => seenAt.length > MESSAGES / 3)
  workers[0]?.kill('SIGKILL')
  await begin('worker')
  await waitFor('every message', () => to.size === MESSAGES)
  // Whatever was on its way at the kill went out twice, and took another token.
  const sent = seenAt.length
  const [first = 0] = seenAt
  expect(sent).toBeLessThanOrEqual(MESSAGES + RATE)
  // A full bucket, the rate, and what a busy machine delivered a second late. Two buckets would have twice the rate.
  for (const [n, at] of seenAt.entries())
    expect(n + 1).toBeLessThanOrEqual(((at - first) / 1000) * RATE + BURST + RATE)
  const seconds = ((seenAt.at(-1) ?? 0) - first) / 1000
  // Nor is it much slower: at nine tenths of the rate, and the lease of what was claimed by the killed one.
  expect(seconds).toBeLessThan(MESSAGES / RATE / 0.9 + 8)
})
