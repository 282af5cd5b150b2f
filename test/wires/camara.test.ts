// C96: the cases that CAMARA publishes for One Time Password SMS (OTPValidation, sendCode and validateCode), each under its own
// id, against the whole service; then what nobody may do by this door.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Steered, startSteered, wrong } from '../e2e/steered-service.ts'
import { API_KEY } from '../http/real.ts'
import { createDatabase, type Database } from '../postgres/databases.ts'

const CORRELATOR = 'b4333c46-49c0-4f62-80d7-f0ef930f1c46'
const MESSAGE = '{{code}} is your Example code.'
const MAX_SENDS = 3
const MAX_ATTEMPTS = 3
const ANYBODY = '+14155552600'

let steered: Steered
let keys: Record<'bank' | 'late' | 'read' | 'relay', string>
let numbers = 0
/** Of its own for each case. */
const nextNumber = () => `+1415555${2601 + numbers++}`

/** @param env of its store */
async function open(env: Record<string, string> = {}): Promise<void> {
  const limits = { sends_per_number_burst: `${MAX_SENDS - 1}/600` }
  const allowed = { allowed_countries: ['US', 'DE'], landlines: 'refused' }
  steered = await startSteered({
    ...env,
    SERVICES: JSON.stringify({
      services: {
        default: {
          brand_name: 'Example',
          camara_otp: true,
          max_attempts: MAX_ATTEMPTS,
          limits,
          ...allowed,
        },
        bank: { brand_name: 'Bank', camara_otp: true },
        closed: { brand_name: 'Closed', camara_otp: false },
      },
    }),
  })
  const create = async (service: string, scope: string, more = {}) => {
    const asked = { service, scopes: [scope], name: 'test', ...more }
    return (await steered.admin.post('/admin/api/keys/create', asked)).body.key
  }
  const until = new Date(Date.now() + 3_600_000).toISOString()
  keys = {
    bank: await create('bank', 'verify'),
    late: await create('default', 'verify', { expires_at: until }),
    read: await create('default', 'admin:read'),
    relay: await create('default', 'relay'),
  }
}

type Answer = { status: number; headers: Headers; body: Record<string, unknown> | null }

async function ask(
  path: string,
  body: unknown,
  headers: Record<string, string | null> = {},
): Promise<Answer> {
  const given = {
    authorization: `Bearer ${API_KEY}`,
    'content-type': 'application/json',
    'x-correlator': CORRELATOR,
    ...headers,
  }
  const answer = await fetch(`${steered.url}/one-time-password-sms/v1/${path}`, {
    method: 'POST',
    headers: Object.entries(given).filter((one): one is [string, string] => one[1] !== null),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return {
    status: answer.status,
    headers: answer.headers,
    body: text === '' ? null : JSON.parse(text),
  }
}
const send = (fields: object, headers = {}) =>
  ask('send-code', { phoneNumber: ANYBODY, message: MESSAGE, ...fields }, headers)
const validate = (authenticationId: unknown, code: unknown, headers = {}) =>
  ask('validate-code', { authenticationId, code }, headers)

/** Their ErrorInfo, and nothing else. */
function expectError({ status, headers, body }: Answer, expected: number, code: string): void {
  expect([status, body]).toEqual([
    expected,
    { status: expected, code, message: expect.stringMatching(/^\S.*\w.*\.$/s) },
  ])
  expect(headers.get('content-type')).toContain('application/json')
  expect(headers.get('x-correlator')).toBe(CORRELATOR)
}

function expectSent(answer: Answer): string {
  expect([answer.status, answer.body]).toEqual([200, { authenticationId: expect.any(String) }])
  const id = String(answer.body?.authenticationId)
  expect(id.length).toBeLessThanOrEqual(36)
  return id
}

/** A code that was sent: its authenticationId, and what the person reads. */
async function sent(phoneNumber = nextNumber()) {
  const id = expectSent(await send({ phoneNumber }))
  return { id, code: await codeTo(phoneNumber), phoneNumber }
}

async function verificationTo(to: string): Promise<string> {
  return (await steered.client.post('/verify/list', { to })).body.verifications[0].id
}
const codeTo = async (to: string) => (await steered.message(await verificationTo(to))).code

/** On either engine. */
function describeFlow(): void {
  it('C96: OTPvalidationAPI_01_validate_code_sucess_scenario', async () => {
    const { id, code, phoneNumber } = await sent()
    const { status, body, headers } = await validate(id, code)
    expect([status, body, headers.get('x-correlator')]).toEqual([204, null, CORRELATOR])
    const looked = await steered.look(await verificationTo(phoneNumber))
    expect(looked.body.status).toBe('approved')
  })

  it('C96: OTPvalidationAPI_400.5_validate_code_invalid_otp_scenario', async () => {
    const { id, code } = await sent()
    for (const other of [wrong(code), 'AJY3'])
      expectError(await validate(id, other), 400, 'ONE_TIME_PASSWORD_SMS.INVALID_OTP')
    expect((await validate(id, code)).status).toBe(204)
  })

  it('C96: OTPvalidationAPI_400.7_validate_code_verification_expired_scenario_2', async () => {
    const first = await sent()
    const second = expectSent(await send({ phoneNumber: first.phoneNumber }))
    expectError(
      await validate(first.id, first.code),
      400,
      'ONE_TIME_PASSWORD_SMS.VERIFICATION_EXPIRED',
    )
    expect((await validate(second, await codeTo(first.phoneNumber))).status).toBe(204)
  })

  it('C96: OTPvalidationAPI_400.8_validate_code_verification_expired_scenario_3', async () => {
    const { id, code } = await sent()
    expect((await validate(id, code)).status).toBe(204)
    expectError(await validate(id, code), 400, 'ONE_TIME_PASSWORD_SMS.VERIFICATION_EXPIRED')
  })

  it('C96: OTPvalidationAPI_400.9_validate_code_verification_failed_scenario', async () => {
    const { id, code } = await sent()
    for (let i = 1; i < MAX_ATTEMPTS; i++)
      expectError(await validate(id, wrong(code)), 400, 'ONE_TIME_PASSWORD_SMS.INVALID_OTP')
    for (const tried of [wrong(code), code])
      expectError(await validate(id, tried), 400, 'ONE_TIME_PASSWORD_SMS.VERIFICATION_FAILED')
  })

  it('C96: OTPvalidationAPI_404_validate_code_resource_not_found', async () => {
    for (const unknown of [CORRELATOR, 'unknown'])
      expectError(await validate(unknown, '123456'), 404, 'NOT_FOUND')
  })

  it('C96: nothing is reached but what it started for this service', async () => {
    const session = 'a-browser-session-of-its-own'
    const to = nextNumber()
    const native = (await steered.start({ to, session })).body.id
    const { code } = await steered.message(native)
    expectError(await validate(native, code), 404, 'NOT_FOUND')
    const { id } = await sent(to)
    const other = { authorization: `Bearer ${keys.bank}` }
    expectError(await validate(id, code, other), 404, 'NOT_FOUND')
    // A code that is sent by this door to the same number leaves the other one alone.
    expect((await steered.check({ id: native, code, session })).status).toBe(200)
  })
}

describe('on SQLite', () => {
  beforeAll(() => open())
  afterAll(() => steered.close())

  describe('validateCode', describeFlow)

  describe('sendCode', () => {
    it('C96: OTPvalidationAPI_01_send_code_success_scenario', async () => {
      const phoneNumber = nextNumber()
      const answer = await send({ phoneNumber })
      expectSent(answer)
      expect(answer.headers.get('content-type')).toContain('application/json')
      expect(answer.headers.get('x-correlator')).toBe(CORRELATOR)
      const { text, code } = await steered.message(await verificationTo(phoneNumber))
      expect(text).toContain(`${code} is your Example code.`)
    })

    it('C96: OTPvalidationAPI_02_send_code_success_scenario_without_x-correlator', async () => {
      expectSent(await send({ phoneNumber: nextNumber() }, { 'x-correlator': null }))
    })

    it.each<[id: string, body: unknown]>([
      ['OTPvalidationAPI_400.1_send_code_no_request_body', undefined],
      ['OTPvalidationAPI_400.2_send_code_empty_request_body', {}],
      [
        'OTPvalidationAPI_400.4_send_code_incorrect_phone_number_request_body',
        { phoneNumber: '3301', message: MESSAGE },
      ],
      ['OTPvalidationAPI_400.5_send_code_missing_message', { phoneNumber: ANYBODY }],
      [
        'OTPvalidationAPI_400.6_send_code_missing_code_request_body',
        { phoneNumber: ANYBODY, message: 'message without code' },
      ],
      [
        'OTPvalidationAPI_400.7_send_code_message_too_long',
        { phoneNumber: ANYBODY, message: `{{code}}${'x'.repeat(160)}` },
      ],
      [
        'a field that theirs does not have',
        { phoneNumber: ANYBODY, message: MESSAGE, locale: 'de' },
      ],
      ['a number that nobody can have', { phoneNumber: '+11111111111', message: MESSAGE }],
    ])('C96: %s', async (_id, body) => {
      expectError(await ask('send-code', body), 400, 'INVALID_ARGUMENT')
    })

    it('C96: OTPvalidationAPI_03_send_code_max_otp_code', async () => {
      const phoneNumber = nextNumber()
      for (let i = 1; i < MAX_SENDS; i++) expectSent(await send({ phoneNumber }))
      expectError(await send({ phoneNumber }), 403, 'ONE_TIME_PASSWORD_SMS.MAX_OTP_CODES_EXCEEDED')
    })

    it.each([
      ['OTPvalidationAPI_04_send_code_phone_number_not_allowed', '+19002345678'],
      ['OTPvalidationAPI_05_send_code_phone_number_not_allowed_3', '+4930123456'],
    ])('C96: %s', async (_id, phoneNumber) => {
      expectError(
        await send({ phoneNumber }),
        403,
        'ONE_TIME_PASSWORD_SMS.PHONE_NUMBER_NOT_ALLOWED',
      )
    })

    it('C96: OTPvalidationAPI_06_send_code_phone_number_blocked', async () => {
      const phoneNumber = '+14155553999'
      const entry = {
        effect: 'refuse',
        by: 'number',
        value: phoneNumber,
        reason: 'barred',
        service: 'default',
      }
      expect((await steered.admin.post('/admin/api/list-entries/create', entry)).status).toBe(201)
      expectError(await send({ phoneNumber }), 403, 'ONE_TIME_PASSWORD_SMS.PHONE_NUMBER_BLOCKED')
    })

    it('C96: OTPvalidationAPI_404.1_send_code_phone_number_not_belong_to_operator', async () => {
      expectError(await send({ phoneNumber: '+33612345678' }), 404, 'NOT_FOUND')
    })
  })

  describe('validateCode, what is refused', () => {
    it('C96: OTPvalidationAPI_02_validate_code_sucess_scenario_without_x-correlator', async () => {
      const { id, code } = await sent()
      expect((await validate(id, code, { 'x-correlator': null })).status).toBe(204)
    })

    it.each<[id: string, body: unknown]>([
      ['OTPvalidationAPI_400.1_validate_code_no_request_body', undefined],
      ['OTPvalidationAPI_400.2_validate_code_empty_request_body', {}],
      ['OTPvalidationAPI_400.3_validate_code_missing_authenticationId', { code: '123456' }],
      ['OTPvalidationAPI_400.3_validate_code_missing_code', { authenticationId: CORRELATOR }],
      [
        'OTPvalidationAPI_400.4_validate_code_exceed_code_max_length',
        { authenticationId: CORRELATOR, code: 'thisCodeExceedsTenCharacters' },
      ],
      [
        'an authenticationId of 37 characters',
        { authenticationId: `${CORRELATOR}0`, code: '123456' },
      ],
      ['a code that is a number', { authenticationId: CORRELATOR, code: 123456 }],
    ])('C96: %s', async (_id, body) => {
      expectError(await ask('validate-code', body), 400, 'INVALID_ARGUMENT')
    })

    it('C96: OTPvalidationAPI_400.6_validate_code_verification_expired_scenario_1', async () => {
      const { id, code } = await sent()
      steered.forward(601)
      expectError(await validate(id, code), 400, 'ONE_TIME_PASSWORD_SMS.VERIFICATION_EXPIRED')
    })
  })

  describe.each(['send_code', 'validate_code'])('the key of %s', (operation) => {
    const withKey = (authorization: string | null) =>
      operation === 'send_code'
        ? send({ phoneNumber: nextNumber() }, { authorization })
        : validate(CORRELATOR, '123456', { authorization })

    it(`C96: OTPvalidationAPI_401.1_${operation}_no_authorization_header`, async () => {
      expectError(await withKey(null), 401, 'UNAUTHENTICATED')
    })
    it(`C96: OTPvalidationAPI_401.2_${operation}_expired_access_token`, async () => {
      steered.forward(3601)
      expectError(await withKey(`Bearer ${keys.late}`), 401, 'UNAUTHENTICATED')
    })
    it(`C96: OTPvalidationAPI_401.3_${operation}_invalid_access_token`, async () => {
      expectError(await withKey('Bearer cs_none'), 401, 'UNAUTHENTICATED')
    })
    it('C96: a key without the scope is 403, one for relay among them', async () => {
      for (const key of [keys.read, keys.relay])
        expectError(await withKey(`Bearer ${key}`), 403, 'PERMISSION_DENIED')
    })
  })

  describe('by this door', () => {
    it('C96: no text is sent but those of the service, in whichever of its languages', async () => {
      for (const message of [
        'Call +1 900 234 5678 now. {{code}}',
        `${MESSAGE} `,
        MESSAGE.replace('Example', 'Bank'),
        `${MESSAGE} {{code}}`,
        '{{code}}',
      ])
        expectError(await send({ message }), 400, 'INVALID_ARGUMENT')
      for (const message of [
        '{{code}} ist der Code für Example.',
        '{{code}} ist der Code für {{brand}}.',
      ]) {
        const phoneNumber = nextNumber()
        expectSent(await send({ phoneNumber, message }))
        const { text } = await steered.message(await verificationTo(phoneNumber))
        expect(text).toContain('ist der Code für Example.')
      }
    })

    it('C96: what it started is approved by no other', async () => {
      const { phoneNumber, code, id } = await sent()
      const inside = await verificationTo(phoneNumber)
      expect((await steered.check({ id: inside, code })).body.error).toBe('verification_mismatch')
      expect((await validate(id, code)).status).toBe(204)
    })

    it('C96: a service without it is refused, and so is every other path and method', async () => {
      const asked = { service: 'closed', scopes: ['verify'], name: 'test' }
      const { key } = (await steered.admin.post('/admin/api/keys/create', asked)).body
      expectError(await send({}, { authorization: `Bearer ${key}` }), 403, 'PERMISSION_DENIED')
      expectError(await ask('send-codes', {}), 404, 'NOT_FOUND')
      const got = await fetch(`${steered.url}/one-time-password-sms/v1/send-code`)
      expect([
        got.status,
        got.headers.get('allow'),
        ((await got.json()) as { code: string }).code,
      ]).toEqual([405, 'POST', 'METHOD_NOT_ALLOWED'])
      const hostile = await send({}, { 'x-correlator': 'a b' })
      expect([hostile.status, hostile.headers.get('x-correlator')]).toEqual([400, null])
    })
  })
})

describe('on PostgreSQL', () => {
  let database: Database
  beforeAll(async () => {
    database = await createDatabase()
    await open({ DATABASE_URL: database.url })
  })
  afterAll(async () => {
    await steered?.close()
    await database?.drop()
  })

  describeFlow()
})
