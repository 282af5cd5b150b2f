import { describe, expect, it } from 'vitest'
import type { HttpClient, Provider } from '../../src/delivery/ports.ts'
import { createSesProvider, sesEntry } from '../../src/delivery/providers/ses/ses.ts'
import { describeHttpProvider } from '../contract/provider.ts'
import { readSignature } from './aws-signature.ts'
import { answer } from './fault-server.ts'
import { QUOTING, SENDER, withMailApi } from './mail-api-world.ts'
import { fixedClock, mailMessage } from './messages.ts'

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const SETTINGS = {
  keys: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET, sessionToken: null },
  region: 'eu-central-1',
  configurationSet: 'codes',
  topic: null,
  sender: SENDER,
}
const TAKEN = answer(200, '{"MessageId":"0100"}')

const create = (baseUrl: string, http: HttpClient): Provider =>
  createSesProvider({ ...SETTINGS, baseUrl }, { http, clock: fixedClock })

describeHttpProvider('ses (mail)', create, mailMessage(), TAKEN)

/** The body that @aws-sdk/client-sesv2 3.1169.0 sent for the same mail (its SendEmailCommand) to a server on this machine. */
const OFFICIAL_BODY =
  '{"Content":{"Simple":{"Subject":{"Data":"Your Example code","Charset":"UTF-8"},"Body":{"Text":{"Data":"Your code for Example is:\\n\\n4711471147\\n","Charset":"UTF-8"},"Html":{"Data":"<!doctype html><p>4711471147</p>","Charset":"UTF-8"}},"Headers":[{"Name":"Auto-Submitted","Value":"auto-generated"},{"Name":"X-Auto-Response-Suppress","Value":"All"}]}},"FromEmailAddress":"Example <no-reply@example.com>","Destination":{"ToAddresses":["Ada.Lovelace+test@example.com"]},"ConfigurationSetName":"codes"}'

describe('ses', () => {
  const api = withMailApi(create)

  it('sends what the official client sends, signed', async () => {
    const result = await api.send(TAKEN)
    expect(result).toEqual({ kind: 'accepted', reference: '0100' })
    const { method, url, headers, body } = api.seen()
    expect([method, url]).toEqual(['POST', '/v2/email/outbound-emails'])
    expect(headers['content-type']).toBe('application/json')
    expect(JSON.parse(body)).toEqual(JSON.parse(OFFICIAL_BODY))
    const { signature, expected, scope, id } = readSignature(api.seen(), SECRET)
    expect(signature).toBe(expected)
    expect([id, scope]).toEqual(['AKIDEXAMPLE', '20270115/eu-central-1/ses/aws4_request'])
  })

  it('a name in another script is an encoded word, and a mail without HTML has none', async () => {
    const { FromEmailAddress, Content } = await api.sent(TAKEN, { brandName: 'Ünï', html: null })
    expect(FromEmailAddress).toBe('=?UTF-8?B?w5xuw68=?= <no-reply@example.com>')
    expect(JSON.stringify(Content)).not.toContain('Html')
  })

  it.each([
    [429, 'TooManyRequestsException', '', 'temporary'],
    [400, 'LimitExceededException', '', 'temporary'],
    [400, 'ThrottlingException', 'Maximum sending rate exceeded.', 'temporary'],
    [503, 'ServiceUnavailable', '', 'temporary'],
    [400, 'AccountSuspendedException', '', 'account'],
    [400, 'SendingPausedException', '', 'account'],
    [400, 'MailFromDomainNotVerifiedException', '', 'account'],
    [404, 'NotFoundException', '', 'account'],
    [403, 'AccessDeniedException', '', 'account'],
    [403, 'SignatureDoesNotMatch', '', 'account'],
    [400, 'ExpiredTokenException', '', 'account'],
    [400, 'MessageRejected', `Transaction failed: ${QUOTING}`, 'message'],
    [400, 'BadRequestException', QUOTING, 'message'],
    [400, 'SomethingNew', QUOTING, 'message'],
    [500, 'InternalServiceErrorException', QUOTING, 'ambiguous'],
  ])('C53: %i %s (%s) is %s', async (status, code, message, what) => {
    const headers = { 'x-amzn-errortype': `${code}:http://internal.amazon.com/` }
    const result = await api.send(answer(status, JSON.stringify({ message }), headers))
    const isPassing = what === 'temporary' || what === 'ambiguous'
    const expected = isPassing ? { kind: what } : { kind: 'permanent', fault: what }
    expect(result).toMatchObject({ ...expected, error: { code } })
    expect(JSON.stringify(result)).not.toMatch(/Lovelace|4711471147/)
  })

  const REGION = 'The following identities failed the check in region EU-CENTRAL-1'
  it.each([
    ['no-reply@example.com', 'account', 'SenderNotVerified'],
    ['Example <no-reply@example.com>, ada@example.org', 'account', 'SenderNotVerified'],
    ['ada@example.org', 'destination', 'RecipientNotVerified'],
    // A stranger's address must not blame the account.
    ['no-reply@example.com.example.org', 'destination', 'RecipientNotVerified'],
  ])(
    'C53: of addresses that are not verified, %s is by fault of the %s',
    async (list, fault, code) => {
      const message = `Email address is not verified. ${REGION}: ${list}`
      const headers = { 'x-amzn-errortype': 'MessageRejected' }
      const result = await api.send(answer(400, JSON.stringify({ message }), headers))
      expect(result).toMatchObject({ kind: 'permanent', fault, error: { code } })
    },
  )

  it('C53: a day’s quota is the account’s, not a throttle', async () => {
    const body = '{"message":"Daily message quota exceeded."}'
    const headers = { 'x-amzn-errortype': 'TooManyRequestsException' }
    expect(await api.send(answer(429, body, headers))).toMatchObject({
      kind: 'permanent',
      fault: 'account',
      error: { code: 'DailyQuotaExceeded' },
    })
  })

  it.each([
    [200, '{"SendingEnabled":true,"ProductionAccessEnabled":true}', '', 'accepted', /may send/],
    [200, '{"SendingEnabled":true,"ProductionAccessEnabled":false}', '', 'accepted', /sandbox/],
    [200, '{"SendingEnabled":false}', '', 'permanent', /^$/],
    [403, '{}', 'AccessDeniedException', 'accepted', /keys are valid/],
    [403, '{}', 'InvalidSignatureException', 'permanent', /^$/],
  ])('C71: doctor reads %i %s %s', async (status, body, code, kind, learned) => {
    const probed = await api.probe(answer(status, body, code ? { 'x-amzn-errortype': code } : {}))
    expect(probed?.result.kind).toBe(kind)
    expect(probed?.learned).toMatch(learned)
    expect([api.seen().method, api.seen().url]).toEqual(['GET', '/v2/email/account'])
    const { signature, expected } = readSignature(api.seen(), SECRET)
    expect(signature).toBe(expected)
  })

  it('its settings name the host by the region', () => {
    const values = {
      SES_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      SES_SECRET_ACCESS_KEY: SECRET,
      SES_REGION: 'us-gov-west-1',
      MAIL_FROM: 'a@example.com',
    }
    expect(sesEntry.transports(values)).toMatchObject([
      { host: 'email.us-gov-west-1.amazonaws.com', isEncrypted: true },
    ])
    for (const region of ['evil.example/', 'eu', 'EU-CENTRAL-1'])
      expect(() => sesEntry.read({ ...values, SES_REGION: region })).toThrow('SES_REGION')
  })
})
