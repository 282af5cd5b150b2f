import officialClient from '@sendgrid/client'
import { MailService } from '@sendgrid/mail'
import { describe, expect, it } from 'vitest'
import type { HttpClient, Provider } from '../../src/delivery/ports.ts'
import { createSendGridProvider } from '../../src/delivery/providers/sendgrid/sendgrid.ts'
import { describeHttpProvider } from '../contract/provider.ts'
import { answer } from './fault-server.ts'
import { comparable, QUOTING, SENDER, withMailApi } from './mail-api-world.ts'
import { fixedClock, mailMessage, NOW } from './messages.ts'

const KEY = 'SG.a-key-of-tests'
const ID = { 'x-message-id': 'sg-1' }
const TAKEN = answer(202, '', ID)

const create = (baseUrl: string, http: HttpClient): Provider =>
  createSendGridProvider(
    { apiKey: KEY, baseUrl, sender: SENDER, webhookKey: null },
    { http, clock: fixedClock },
  )

describeHttpProvider('sendgrid (mail)', create, mailMessage(), TAKEN, 202)

const errors = (field: string | null, message: string) =>
  JSON.stringify({ errors: [{ field, message, help: null }] })

describe('sendgrid', () => {
  const api = withMailApi(create)

  it('sends what the official client sends', async () => {
    const result = await api.send(TAKEN)
    expect(result).toEqual({ kind: 'accepted', reference: 'sg-1' })
    const ours = api.seen()
    const { subject, text, html, to, deliveryId } = mailMessage()
    const official = await api.sentBy(TAKEN, async (url) => {
      const service = new MailService()
      service.setClient(officialClient)
      service.setApiKey(KEY)
      officialClient.setDefaultRequest('baseUrl', `${url}/`)
      await service.send({
        to,
        from: { name: 'Example', email: SENDER.address },
        subject: subject ?? '',
        text,
        html: html ?? '',
        headers: {
          'Auto-Submitted': 'auto-generated',
          'X-Auto-Response-Suppress': 'All',
          'Message-ID': `<${deliveryId}@example.com>`,
        },
        trackingSettings: {
          clickTracking: { enable: false, enableText: false },
          openTracking: { enable: false },
        },
      })
    })
    const head = ['authorization', 'content-type', 'accept']
    expect(comparable(ours, head)).toEqual(comparable(official, head))
  })

  it('a mail without HTML has none', async () => {
    const { content } = await api.sent(TAKEN, { html: null })
    expect(content).toEqual([{ type: 'text/plain', value: mailMessage().text }])
  })

  it.each([
    [
      400,
      errors('personalizations.0.to.0.email', `Does not contain a valid address: ${QUOTING}`),
      'recipient',
      'invalid_recipient',
    ],
    [400, errors('from.email', 'Does not contain a valid address.'), 'account', 'invalid_sender'],
    [400, errors('content.0.value', QUOTING), 'message', 'http_400'],
    [401, errors(null, 'Maximum credits exceeded'), 'account', 'credits_exceeded'],
    [
      401,
      errors(null, 'The provided authorization grant is invalid, expired, or revoked'),
      'account',
      'http_401',
    ],
    [
      403,
      errors(
        'from',
        'The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.',
      ),
      'account',
      'sender_not_verified',
    ],
    [403, errors(null, 'access forbidden'), 'account', 'http_403'],
    [413, errors(null, 'content too large'), 'message', 'http_413'],
    [400, '{"errors":[null]}', 'message', 'http_400'],
    [400, '{"errors":{"field":"from"}}', 'message', 'http_400'],
  ])('C53: %i %s is by fault of the %s: %s', async (status, body, fault, code) => {
    const result = await api.send(answer(status, body))
    expect(result).toMatchObject({ kind: 'permanent', fault, error: { code } })
    expect(JSON.stringify(result)).not.toMatch(/Lovelace|4711471147/)
  })

  const at = (seconds: number) => ({ 'x-ratelimit-reset': String(NOW / 1000 + seconds) })
  it.each([
    [at(40), 40_000],
    [{ ...at(40), 'retry-after': '3' }, 3_000],
    [at(-5), 0],
    [{ 'x-ratelimit-reset': 'soon' }, null],
    [{}, null],
  ])('C67: 429 with %j waits %s ms', async (headers, retryAfterMs) => {
    const body = errors(null, 'too many requests')
    expect(await api.send(answer(429, body, headers as Record<string, string>))).toMatchObject({
      kind: 'temporary',
      retryAfterMs,
    })
  })

  it.each([
    [202, {}, { kind: 'accepted', reference: null }],
    [200, {}, { kind: 'ambiguous', error: { code: 'not_confirmed' } }],
    [200, ID, { kind: 'accepted', reference: 'sg-1' }],
  ])('C67: %i with %j', async (status, headers, expected) => {
    expect(await api.send(answer(status, '', headers))).toMatchObject(expected)
  })

  it.each([
    [200, '{"scopes":["mail.send","alerts.read"]}', 'accepted', /may send/],
    [200, '{"scopes":["alerts.read"]}', 'permanent', /^$/],
    [401, errors(null, 'authorization required'), 'permanent', /^$/],
  ])('C71: doctor reads %i %s', async (status, body, kind, learned) => {
    const probed = await api.probe(answer(status, body))
    expect(probed?.result.kind).toBe(kind)
    expect(probed?.learned).toMatch(learned)
    expect([api.seen().method, api.seen().url]).toEqual(['GET', '/v3/scopes'])
  })
})
