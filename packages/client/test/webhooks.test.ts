// Webhooks as the service signs them, by the client's verification: in this process, without a socket.

import { describe, expect, it } from 'vitest'
import { signedHeaders } from '../../../src/webhooks/body.ts'
import { verifyWebhook } from '../src/webhooks.ts'

const secret = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`
const [NEW, OLD, STRANGE] = [secret(1), secret(2), secret(3)]
const NOW = Date.UTC(2026, 10, 30, 12)
const BODY = JSON.stringify({
  version: 1,
  type: 'verification.approved',
  data: { reference: 'Ä7Q-42M' },
})
const now = () => NOW

const signed = (secrets: readonly string[], at = NOW) => signedHeaders('whm_1', BODY, secrets, at)

describe('C91: webhooks', () => {
  it.each([
    ['its headers as an object', (headers: Record<string, string>) => headers],
    ['its headers as Headers', (headers: Record<string, string>) => new Headers(headers)],
  ])('a message of the service is genuine: %s', async (_, toHeaders) => {
    const result = await verifyWebhook(BODY, toHeaders(signed([NEW])), { secrets: NEW, now })
    expect(result).toMatchObject({ ok: true, event: { type: 'verification.approved' } })
    const bytes = new TextEncoder().encode(BODY)
    expect(await verifyWebhook(bytes, toHeaders(signed([NEW])), { secrets: NEW, now })).toEqual(
      result,
    )
  })

  it('is so while a secret takes the place of another, on either side', async () => {
    for (const [signs, knows] of [
      [[NEW, OLD], [OLD]],
      [[NEW, OLD], [NEW]],
      [[OLD], [NEW, OLD]],
      [[NEW], [NEW, OLD]],
    ] as const)
      expect(await verifyWebhook(BODY, signed(signs), { secrets: knows, now })).toMatchObject({
        ok: true,
      })
    const forged = { ok: false, reason: 'signature_wrong' }
    expect(await verifyWebhook(BODY, signed([STRANGE]), { secrets: [NEW, OLD], now })).toEqual(
      forged,
    )
  })

  it.each([
    ['body', { body: BODY.replace('approved', 'expired') }],
    ['id', { headers: { 'webhook-id': 'whm_2' } }],
    ['time', { headers: { 'webhook-timestamp': String(NOW / 1000 + 1) } }],
    [
      'version of the signature',
      {
        headers: { 'webhook-signature': signed([NEW])['webhook-signature']?.replace('v1,', 'v2,') },
      },
    ],
    ['signature', { headers: { 'webhook-signature': 'v1,!!! v1, v1,AAAA' } }],
  ])(
    'is forged where its %s was changed',
    async (_, { body = BODY, headers = {} }: { body?: string; headers?: object }) => {
      const result = await verifyWebhook(
        body,
        { ...signed([NEW]), ...headers },
        { secrets: NEW, now },
      )
      expect(result).toEqual({ ok: false, reason: 'signature_wrong' })
    },
  )

  it('is old after five minutes, and early before them', async () => {
    for (const [apart, ok] of [
      [-300, true],
      [300, true],
      [-301, false],
      [301, false],
    ] as const) {
      const headers = signed([NEW], NOW + apart * 1000)
      const result = await verifyWebhook(BODY, headers, { secrets: NEW, now })
      expect(result.ok).toBe(ok)
      if (!result.ok) expect(result.reason).toBe('timestamp_out_of_tolerance')
    }
    const hour = { secrets: NEW, now, toleranceSeconds: 3600 }
    expect(await verifyWebhook(BODY, signed([NEW], NOW - 3_000_000), hour)).toMatchObject({
      ok: true,
    })
  })

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
    'is none without %s',
    async (name) => {
      const headers = { ...signed([NEW]), [name]: undefined }
      expect(await verifyWebhook(BODY, headers, { secrets: NEW, now })).toEqual({
        ok: false,
        reason: 'headers_missing',
      })
    },
  )

  it('is read only after its signature, and may be anything', async () => {
    const headers = signedHeaders('whm_1', 'not JSON', [NEW], NOW)
    expect(await verifyWebhook('not JSON', headers, { secrets: NEW, now })).toEqual({
      ok: false,
      reason: 'not_json',
    })
  })

  it('a thousand signatures cost what twenty cost, and are not searched', async () => {
    const [right = ''] = [signed([NEW])['webhook-signature']]
    const headers = { ...signed([NEW]), 'webhook-signature': `${'v1,AAAA '.repeat(1000)}${right}` }
    expect(await verifyWebhook(BODY, headers, { secrets: NEW, now })).toMatchObject({ ok: false })
  })

  it.each([[], ['whsec_c2hvcnQ='], ['not-a-secret'], [undefined]])(
    'a secret that is none is a fault of the program: %j',
    async (...secrets) => {
      await expect(
        verifyWebhook(BODY, signed([NEW]), { secrets: secrets as string[], now }),
      ).rejects.toThrow(TypeError)
    },
  )
})
