// C49: the sends of other nodes, read from the store, including the Retry-After of a provider.

import { expect, it } from 'vitest'
import type { PastSend } from '../../src/delivery/outbox-ports.ts'
import { createRecentSends, createSendHistory } from '../../src/delivery/recent-sends.ts'

const NOW = 1_800_000_000_000
const error = { code: 'http_503', message: 'the provider answered 503' }

/** The result of a decoy after three such sends. */
async function after(change: Partial<PastSend>) {
  const recentSends = createRecentSends()
  const past = [1, 2, 3].map(
    (n): PastSend => ({
      ...{
        id: `att_${n}_1_1`,
        verificationId: `vrf_${n}`,
        channel: 'sms',
        provider: 'http',
        country: 'US',
      },
      ...{ recipientSealed: Buffer.from(`+1415555267${n}`), at: NOW - n, durationMs: 20 },
      ...{ result: { kind: 'temporary', error, retryAfterMs: null }, tryNumber: 1, waitMs: null },
      ...change,
    }),
  )
  const read = createSendHistory({
    outbox: { pastSends: async () => past },
    keyring: { open: (sealed) => Buffer.from(sealed).toString() },
    recentSends,
    clock: { now: () => NOW },
  })
  await read()
  const decoy = {
    channel: 'sms',
    provider: change.provider ?? 'http',
    to: '+14155552679',
    country: 'US',
  } as const
  return recentSends.imitate({ ...decoy, usualMs: 300 }, () => 0, NOW).result
}

it('C49: a decoy waits as long as the Retry-After that another node got', async () => {
  const asked = await after({ waitMs: 100_000 })
  expect(asked).toEqual({ kind: 'temporary', error, retryAfterMs: 100_000 })
  expect(await after({ waitMs: 1_001 })).toMatchObject({ retryAfterMs: 1_001 })
})

it('C49: our own wait between two tries is not a Retry-After', async () => {
  for (const change of [{ waitMs: 1_000 }, { tryNumber: 5, waitMs: 16_000 }, { waitMs: null }])
    expect(await after(change)).toMatchObject({ kind: 'temporary', retryAfterMs: null })
  const result = { kind: 'permanent', fault: 'message', error } as const
  expect(await after({ result, waitMs: 100_000 })).toEqual(result)
})

it.each([
  ['http', 'http_401', 'account'],
  ['http', 'no_provider', 'account'],
  ['twilio', '20003', 'account'],
  ['twilio', '21408', 'destination'],
  ['smtp', 'smtp_550_5.1.2', 'recipient'],
  ['smtp', 'smtp_535', 'account'],
  ['smtp', 'starttls_refused', 'account'],
  // Of nobody that is known: three of them are needed, as there are.
  ['http', 'gateway_refused', 'message'],
  ['gone', '21211', 'message'],
])(
  'C49: a refusal by %s that was stored without a fault, %s, is by fault of the %s',
  async (provider, code, fault) => {
    const result = { kind: 'permanent', fault: null, error: { code, message: 'no' } } as const
    expect(await after({ provider, result })).toMatchObject({ kind: 'permanent', fault })
  },
)

it.each([
  ['twilio', '21211'],
  ['smtp', 'smtp_550_5.1.1'],
  ['smtp', 'invalid_address'],
])(
  'C49: a recipient that %s refused by %s before faults were stored proves nothing',
  async (provider, code) => {
    const result = { kind: 'permanent', fault: null, error: { code, message: 'no' } } as const
    expect((await after({ provider, result })).kind).toBe('accepted')
  },
)
