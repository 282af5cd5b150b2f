import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../../src/delivery/answers/http-client.ts'
import type { Fault, OutgoingMessage } from '../../src/delivery/ports.ts'
import { awsSmsEntry } from '../../src/delivery/providers/aws-sms/aws-sms.ts'
import { describeHttpProvider } from '../contract/provider.ts'
import { PATIENCE_MS } from '../long.ts'
import { readSignature } from './aws-signature.ts'
import { answer, type FaultServer, type Seen, startFaultServer } from './fault-server.ts'
import { fixedClock, NOW, smsMessage } from './messages.ts'

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const SETTINGS = {
  AWS_SMS_REGION: 'eu-west-1',
  AWS_SMS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SMS_SECRET_ACCESS_KEY: SECRET,
  AWS_SMS_FROM: 'pool-1',
}
const TAKEN = answer(200, '{"MessageId":"m-1"}')

describeHttpProvider(
  'aws',
  (url, http) =>
    awsSmsEntry.create({ ...SETTINGS, AWS_SMS_BASE_URL: url }, { http, clock: fixedClock }),
  smsMessage(),
  TAKEN,
)

/** What @aws-sdk/client-pinpoint-sms-voice-v2 3.1138.0 sends for a SendTextMessageCommand with these fields. */
const OFFICIAL = {
  method: 'POST',
  url: '/',
  type: 'application/x-amz-json-1.0',
  target: 'PinpointSMSVoiceV2.SendTextMessage',
  scope: 'eu-west-1/sms-voice/aws4_request',
  body: JSON.parse(
    '{"DestinationPhoneNumber":"+14155552671","OriginationIdentity":"pool-1","MessageBody":"4711 is your Ünï code. 日本","MessageType":"TRANSACTIONAL","ConfigurationSetName":"set-1","TimeToLive":600,"Context":{"delivery_id":"dlv_0123456789abcdefghijklmnopqrstuv_1"}}',
  ),
}

describe('aws', () => {
  const http = createHttpClient({ clock: fixedClock })
  let server: FaultServer
  beforeAll(async () => {
    server = await startFaultServer(TAKEN)
  })
  afterAll(async () => {
    await http.close()
    await server.close()
  })
  const create = (values: Record<string, string> = {}) => {
    const all = { ...SETTINGS, ...values, AWS_SMS_BASE_URL: server.url }
    return awsSmsEntry.create(all, { http, clock: fixedClock })
  }
  const send = async (
    change: Partial<OutgoingMessage> = {},
    values: Record<string, string> = {},
  ) => {
    const result = await create(values).send(smsMessage(change), AbortSignal.timeout(PATIENCE_MS))
    expect(JSON.stringify(result)).not.toMatch(/4155552671|4711471147/)
    return { result, seen: last(server) }
  }

  it('sends what the official client sends, signed', async () => {
    server.behave(TAKEN)
    const text = '4711 is your Ünï code. 日本'
    const { result, seen } = await send({ text }, { AWS_SMS_CONFIGURATION_SET: 'set-1' })
    expect(comparable(seen)).toEqual(OFFICIAL)
    const { signature, expected, names } = readSignature(seen, SECRET)
    expect(signature).toBe(expected)
    expect(names).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-target']))
    expect(result).toEqual({ kind: 'accepted', reference: 'm-1' })
  })

  it('gives the token of temporary keys', async () => {
    const { seen } = await send({}, { AWS_SMS_SESSION_TOKEN: 'a-token' })
    expect(seen.headers['x-amz-security-token']).toBe('a-token')
    expect(readSignature(seen, SECRET).names).toContain('x-amz-security-token')
  })

  it('C66: to India with the ids of the registration, elsewhere without', async () => {
    const ids = { AWS_SMS_INDIA_ENTITY_ID: '1101', AWS_SMS_INDIA_TEMPLATE_ID: '1107' }
    const india = JSON.parse((await send({ to: '+919876543210' }, ids)).seen.body)
    expect(india.DestinationCountryParameters).toEqual({
      IN_ENTITY_ID: '1101',
      IN_TEMPLATE_ID: '1107',
    })
    const elsewhere = JSON.parse((await send({}, ids)).seen.body)
    expect(elsewhere).not.toHaveProperty('DestinationCountryParameters')
  })

  it.each([
    [NOW + 600_000, 600],
    [NOW + 90_999, 90],
    [NOW - 5_000, 5],
    [NOW + 999_999_999, 259_200],
  ])('a message is valid until the code ends', async (expiresAt, seconds) => {
    expect(JSON.parse((await send({ expiresAt })).seen.body).TimeToLive).toBe(seconds)
  })

  it.each<[Fault, number, string, string, string]>([
    ['recipient', 400, 'ConflictException', 'Reason', 'DESTINATION_PHONE_NUMBER_OPTED_OUT'],
    ['recipient', 409, 'ConflictException', 'Reason', 'DESTINATION_PHONE_NUMBER_OPTED_OUT'],
    ['recipient', 400, 'ValidationException', 'Field', 'DestinationPhoneNumber'],
    ['destination', 400, 'ValidationException', 'Reason', 'DESTINATION_COUNTRY_BLOCKED'],
    ['destination', 400, 'ValidationException', 'Reason', 'SENDER_ID_NOT_REGISTERED'],
    ['destination', 400, 'ConflictException', 'Reason', 'NO_ORIGINATION_IDENTITIES_FOUND'],
    ['destination', 400, 'ConflictException', 'Reason', 'DESTINATION_PHONE_NUMBER_NOT_VERIFIED'],
    [
      'account',
      400,
      'ServiceQuotaExceededException',
      'Reason',
      'MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT',
    ],
    ['account', 400, 'AccessDeniedException', 'Reason', 'ACCOUNT_DISABLED'],
    ['account', 403, 'AccessDeniedException', 'none', 'AccessDeniedException'],
    ['account', 400, 'UnrecognizedClientException', 'none', 'UnrecognizedClientException'],
    ['account', 400, 'ResourceNotFoundException', 'none', 'ResourceNotFoundException'],
    ['message', 400, 'ValidationException', 'Field', 'MessageBody'],
    ['message', 400, 'ValidationException', 'Reason', 'MAXIMUM_SIZE_EXCEEDED'],
    ['message', 400, 'ValidationException', 'Reason', 'SOMETHING_NEW'],
    ['message', 400, 'ValidationException', 'none', 'ValidationException'],
  ])('C53: the fault is of the %s: %i %s with %s %s', async (fault, status, name, of, code) => {
    const { result } = await problem(status, name, of, code)
    expect(result).toMatchObject({ kind: 'permanent', fault, error: { code } })
  })

  it.each([
    [400, 'ThrottlingException', 'temporary'],
    [429, 'ThrottlingException', 'temporary'],
    [500, 'InternalServerException', 'ambiguous'],
    [500, 'ConflictException', 'ambiguous'],
  ])('%i %s is %s', async (status, name, kind) => {
    const { result } = await problem(status, name, 'none', name)
    expect(result).toMatchObject({ kind, error: { code: name } })
  })

  const problem = (status: number, name: string, of: string, code: string) => {
    const Message = 'The number +14155552671 is not valid: 4711471147'
    const Fields = of === 'Field' ? [{ Name: code, Message }] : undefined
    const Reason = of === 'Reason' ? code : Fields && 'INVALID_PARAMETER'
    const body = { __type: `com.amazonaws.pinpointsmsvoicev2#${name}`, Message, Reason, Fields }
    server.behave(answer(status, JSON.stringify(body)))
    return send()
  }

  it('C67: 200 without an id confirms nothing', async () => {
    server.behave(answer(200, '{"messageId":"x"}'))
    expect((await send()).result).toMatchObject({ error: { code: 'not_confirmed' } })
  })

  const tier = (Value: string) =>
    JSON.stringify({ AccountAttributes: [{ Name: 'ACCOUNT_TIER', Value }] })
  it.each([
    [200, tier('PRODUCTION'), 'accepted', /in production/],
    [200, tier('SANDBOX'), 'accepted', /sandbox, which sends to verified numbers only/],
    [200, '{}', 'accepted', /unknown/],
    [400, '{"__type":"AccessDeniedException"}', 'accepted', /may not read the account/],
    [400, '{"__type":"AccessDeniedException","Reason":"ACCOUNT_DISABLED"}', 'permanent', /^$/],
    [400, '{"__type":"UnrecognizedClientException"}', 'permanent', /^$/],
    [503, '', 'temporary', /^$/],
  ])('C71: the probe sends nothing; %i with %s is %s', async (status, body, kind, learned) => {
    server.behave(answer(status, body))
    const probe = await create().probe?.(AbortSignal.timeout(PATIENCE_MS))
    const target = 'PinpointSMSVoiceV2.DescribeAccountAttributes'
    expect(last(server)).toMatchObject({ headers: { 'x-amz-target': target }, body: '{}' })
    expect(probe?.result.kind).toBe(kind)
    expect(probe?.learned).toMatch(learned)
  })

  it.each([
    ['eu-west-1', 'https://sms-voice.eu-west-1.amazonaws.com'],
    ['us-gov-west-1', 'https://sms-voice.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', 'https://sms-voice.cn-north-1.amazonaws.com.cn'],
  ])('finds the host of %s', (region, baseUrl) => {
    expect(awsSmsEntry.read({ ...SETTINGS, AWS_SMS_REGION: region }).baseUrl).toBe(baseUrl)
  })

  it.each(['Frankfurt', 'eu-west-1.evil.example', 'eu-west-1/x'])('refuses region %s', (region) => {
    const read = () => awsSmsEntry.read({ ...SETTINGS, AWS_SMS_REGION: region })
    expect(read).toThrow(/^AWS_SMS_REGION: is not a region like eu-central-1$/)
  })
})

function last(server: FaultServer): Seen {
  const seen = server.seen.at(-1)
  if (!seen) throw new Error('nothing came')
  return seen
}

function comparable(seen: Seen) {
  const { method, url, headers, body } = seen
  const [, ...scope] = readSignature(seen, SECRET).scope.split('/')
  return {
    ...{ method, url, type: headers['content-type'], target: headers['x-amz-target'] },
    ...{ scope: scope.join('/'), body: JSON.parse(body) },
  }
}
