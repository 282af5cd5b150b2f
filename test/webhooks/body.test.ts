// What a webhook says and how it is signed, checked with the library that receivers use.

import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { WEBHOOK_EVENTS } from '../../src/events/types.ts'
import { createApp } from '../../src/http/app.ts'
import type { AppDeps } from '../../src/http/deps.ts'
import { buildDocument } from '../../src/http/openapi-document.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { recipientContext } from '../../src/kernel/sealing.ts'
import { payloadOf, signedHeaders, writePayload } from '../../src/webhooks/body.ts'
import { headPayload } from '../../src/webhooks/heads.ts'
import type { WebhookMessage } from '../../src/webhooks/ports.ts'
import { createWebhookCheck } from '../http/document.ts'

const keyring = createKeyring([Buffer.alloc(32, 3)])
const ID = `vrf_${'0'.repeat(32)}`
const [NEW, OLD] = ['new', 'old'].map(
  (name) => `whsec_${Buffer.alloc(24, name).toString('base64')}`,
) as [string, string]

const MESSAGE: WebhookMessage = {
  verificationId: ID,
  destination: 'whd_0123456789ab',
  sequence: 2,
  service: 'checkout',
  type: 'delivery.failed',
  at: Date.UTC(2026, 10, 30),
  details: {
    status: 'pending',
    channel: 'sms',
    provider: 'twilio',
    send: 1,
    attempt: 3,
    error: 'x',
  },
  reference: 'K7Q-42M',
  purpose: 'login',
  kind: 'real',
  metadata: { order: '7' },
  recipientSealed: keyring.seal('+14155552671', recipientContext(ID)),
  tries: 1,
}

const faultOf = createWebhookCheck(buildDocument(createApp({ inbox: null } as unknown as AppDeps)))

describe('the text of a webhook', () => {
  it('has a version, an id without a dot, the time of its cause, and no recipient', () => {
    expect(writePayload(MESSAGE, { includeRecipient: false }, keyring)).toEqual({
      version: 1,
      id: `whm_${'0'.repeat(32)}_0123456789ab_2`,
      type: 'delivery.failed',
      timestamp: '2026-11-30T00:00:00.000Z',
      sequence: 2,
      data: {
        verification_id: ID,
        reference: 'K7Q-42M',
        service: 'checkout',
        purpose: 'login',
        kind: 'real',
        status: 'pending',
        channel: 'sms',
        provider: 'twilio',
        send: 1,
        try: 3,
        error: 'x',
        metadata: { order: '7' },
      },
    })
  })

  it('has the recipient where the destination includes it', () => {
    const { data } = writePayload(MESSAGE, { includeRecipient: true }, keyring)
    expect(data.recipient).toBe('+14155552671')
  })

  it('is signed with every secret, at the time of the try: each receiver of a rotation accepts it', () => {
    const body = JSON.stringify(writePayload(MESSAGE, { includeRecipient: false }, keyring))
    const now = Date.now()
    const headers = signedHeaders('whm_1', body, [NEW, OLD], now)
    for (const secret of [NEW, OLD])
      expect(new Webhook(secret).verify(body, headers)).toMatchObject({ version: 1 })
    expect(headers['webhook-timestamp']).toBe(String(Math.floor(now / 1000)))
    const other = `whsec_${Buffer.alloc(24, 'x').toString('base64')}`
    expect(() => new Webhook(other).verify(body, headers)).toThrow()
    expect(() => new Webhook(NEW).verify(`${body} `, headers)).toThrow()
  })

  it('has no recipient where people read it, whatever the destination asks for', () => {
    expect(payloadOf(MESSAGE).data).not.toHaveProperty('recipient')
  })

  it('audit.head is as the OpenAPI document describes it', () => {
    const segment = { number: 412, at: Date.UTC(2026, 10, 30), note: 'a note' }
    const payload = headPayload(segment, { id: 'whd_0123456789ab', service: 'checkout' })
    expect(payload.id).toMatch(/^whh_0123456789ab_412_[0-9a-f]{12}$/)
    expect(faultOf('audit.head', payload)).toBe(undefined)
    expect(faultOf('audit.head', { ...payload, data: {} })).toBeDefined()
    const other = headPayload({ ...segment, note: 'another' }, { id: 'whd_0', service: 'checkout' })
    expect(other.id).not.toContain(payload.id.slice(-12))
  })

  const ofVerifications = WEBHOOK_EVENTS.filter((type) => type !== 'audit.head')
  it.each(ofVerifications)('%s is as the OpenAPI document describes it', (type) => {
    const about = type.startsWith('delivery.')
      ? MESSAGE.details
      : { status: 'approved', channel: 'totp' }
    for (const includeRecipient of [true, false])
      for (const metadata of [{}, MESSAGE.metadata]) {
        const message = { ...MESSAGE, type, details: about, metadata }
        const payload = writePayload(message, { includeRecipient }, keyring)
        expect(faultOf(type, JSON.parse(JSON.stringify(payload)))).toBe(undefined)
        expect(faultOf(type, { ...payload, data: {} })).toBeDefined()
      }
  })
})
