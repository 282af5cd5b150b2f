import { Resend } from 'resend'
import { describe, expect, it } from 'vitest'
import type { HttpClient, Provider } from '../../src/delivery/ports.ts'
import { createResendProvider } from '../../src/delivery/providers/resend/resend.ts'
import { describeHttpProvider } from '../contract/provider.ts'
import { answer } from './fault-server.ts'
import { comparable, QUOTING, SENDER, withMailApi } from './mail-api-world.ts'
import { fixedClock, mailMessage } from './messages.ts'

const KEY = 're_a_key_of_tests'
const TAKEN = answer(200, '{"id":"re-1"}')

const create = (baseUrl: string, http: HttpClient): Provider =>
  createResendProvider(
    { apiKey: KEY, baseUrl, sender: SENDER, webhookKey: null },
    { http, clock: fixedClock },
  )

describeHttpProvider('resend (mail)', create, mailMessage(), TAKEN)

const refusal = (statusCode: number, name: string, message: string) =>
  JSON.stringify({ statusCode, name, message })

describe('resend', () => {
  const api = withMailApi(create)

  it('sends what the official client sends, under the delivery’s key', async () => {
    const result = await api.send(TAKEN, { brandName: 'Acme, Inc.' })
    expect(result).toEqual({ kind: 'accepted', reference: 're-1' })
    const ours = api.seen()
    const { subject, text, html, to, deliveryId } = mailMessage()
    const official = await api.sentBy(TAKEN, async (url) => {
      const mail = {
        from: `"Acme, Inc." <${SENDER.address}>`,
        to,
        subject: subject ?? '',
        text,
        html: html ?? '',
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      }
      await new Resend(KEY, { baseUrl: url }).emails.send(mail, { idempotencyKey: deliveryId })
    })
    const head = ['authorization', 'content-type', 'idempotency-key']
    expect(comparable(ours, head)).toEqual(comparable(official, head))
  })

  it('says that it drops what it has under the same key', () => {
    expect(create('http://127.0.0.1:1', {} as HttpClient).idempotent).toBe(true)
  })

  it.each([
    [401, 'missing_api_key', 'x', 'account', 'missing_api_key'],
    [403, 'invalid_api_key', 'x', 'account', 'invalid_api_key'],
    [401, 'restricted_api_key', 'x', 'account', 'restricted_api_key'],
    [400, 'validation_error', 'API key is invalid', 'account', 'key_refused'],
    [
      403,
      'validation_error',
      'The example.com domain is not verified. Please, add and verify it.',
      'account',
      'domain_not_verified',
    ],
    [
      403,
      'validation_error',
      `You can only send testing emails to your own email address (${QUOTING}).`,
      'destination',
      'testing_only',
    ],
    [422, 'validation_error', `Invalid \`to\` field. ${QUOTING}`, 'recipient', 'invalid_recipient'],
    [422, 'validation_error', 'Invalid `from` field.', 'account', 'invalid_from_address'],
    [422, 'validation_error', QUOTING, 'message', 'validation_error'],
    // A stranger's address must not blame the account.
    [
      422,
      'validation_error',
      'Invalid `to` field: "The x domain is not verified"@example.com',
      'recipient',
      'invalid_recipient',
    ],
    [422, 'invalid_from_address', 'x', 'account', 'invalid_from_address'],
    [422, 'missing_required_field', QUOTING, 'message', 'missing_required_field'],
    [400, 'invalid_idempotency_key', 'x', 'message', 'invalid_idempotency_key'],
    [404, 'not_found', 'x', 'account', 'not_found'],
    [429, 'daily_quota_exceeded', 'x', 'account', 'daily_quota_exceeded'],
    [429, 'monthly_quota_exceeded', 'x', 'account', 'monthly_quota_exceeded'],
    [451, 'security_error', QUOTING, 'message', 'security_error'],
    [429, 'rate_limit_exceeded', 'x', 'temporary', 'rate_limit_exceeded'],
    [409, 'concurrent_idempotent_requests', 'x', 'ambiguous', 'concurrent_idempotent_requests'],
    [409, 'invalid_idempotent_request', 'x', 'ambiguous', 'invalid_idempotent_request'],
    [500, 'application_error', 'x', 'ambiguous', 'application_error'],
    [400, QUOTING, 'x', 'message', 'http_400'],
  ])('C53: %i %s (%s) is %s: %s', async (status, name, message, what, code) => {
    const result = await api.send(answer(status, refusal(status, name, message)))
    const isPassing = what === 'temporary' || what === 'ambiguous'
    const expected = isPassing ? { kind: what } : { kind: 'permanent', fault: what }
    expect(result).toMatchObject({ ...expected, error: { code } })
    expect(JSON.stringify(result)).not.toMatch(/Lovelace|4711471147/)
  })

  it.each([
    [{ 'retry-after': '2', 'ratelimit-reset': '9' }, 2_000],
    [{ 'ratelimit-reset': '9' }, 9_000],
    [{}, null],
  ])('C67: 429 with %j waits %s ms', async (headers, retryAfterMs) => {
    const body = refusal(429, 'rate_limit_exceeded', 'x')
    expect(await api.send(answer(429, body, headers as Record<string, string>))).toMatchObject({
      kind: 'temporary',
      retryAfterMs,
    })
  })

  it.each([
    [200, '{"data":[{"name":"example.com","status":"verified"}]}', 'accepted', /is verified/],
    [200, '{"data":[{"name":"example.com","status":"pending"}]}', 'permanent', /^$/],
    [200, '{"data":[],"has_more":false}', 'permanent', /^$/],
    [200, '{"data":[],"has_more":true}', 'accepted', /not found/],
    [200, '{}', 'accepted', /not found/],
    [401, refusal(401, 'restricted_api_key', 'x'), 'accepted', /for sending/],
    [403, refusal(403, 'invalid_api_key', 'x'), 'permanent', /^$/],
  ])('C71: doctor reads %i %s', async (status, body, kind, learned) => {
    const probed = await api.probe(answer(status, body))
    expect(probed?.result.kind).toBe(kind)
    expect(probed?.learned).toMatch(learned)
    expect([api.seen().method, api.seen().url]).toEqual(['GET', '/domains'])
  })
})
