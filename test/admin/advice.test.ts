// What a provider's error means and what to do: every code that the service can meet has a sentence, none is made up.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { adviseOn } from '../../src/admin/advice/advice.ts'
import { AWS_SMS_CODES } from '../../src/delivery/providers/aws-sms/codes.ts'
import { UNDELIVERED as AWS_SMS_EVENTS } from '../../src/delivery/providers/aws-sms/receipts.ts'
import { INFOBIP_CODES } from '../../src/delivery/providers/infobip/infobip.ts'
import { ERRORS as INFOBIP_ERRORS } from '../../src/delivery/providers/infobip/receipts.ts'
import { BOUNCES } from '../../src/delivery/providers/mail/bounces.ts'
import { POSTMARK_CODES } from '../../src/delivery/providers/postmark/postmark.ts'
import { BOUNCES as POSTMARK_BOUNCES } from '../../src/delivery/providers/postmark/receipts.ts'
import { RESEND_CODES } from '../../src/delivery/providers/resend/resend.ts'
import { CODES as SENDGRID_EVENTS } from '../../src/delivery/providers/sendgrid/receipts.ts'
import { SENDGRID_CODES } from '../../src/delivery/providers/sendgrid/sendgrid.ts'
import { SES_CODES } from '../../src/delivery/providers/ses/ses.ts'
import { TELEGRAM_CODES } from '../../src/delivery/providers/telegram/telegram.ts'
import { TWILIO_CODES } from '../../src/delivery/providers/twilio/codes.ts'
import { VONAGE_CODES } from '../../src/delivery/providers/vonage/codes.ts'
import { CALL_CODES } from '../../src/delivery/providers/vonage/voice.ts'
import { WHATSAPP_CODES } from '../../src/delivery/providers/whatsapp-cloud/codes.ts'

const SRC = join(import.meta.dirname, '../../src')
/** Wherever an error of a delivery is made. */
const SOURCES = [
  ...['delivery/run-try.ts', 'delivery/answers/http-client.ts', 'delivery/plan.ts'],
  ...[
    'delivery/answers/quoted-answer.ts',
    'delivery/providers/smtp/smtp.ts',
    'delivery/transitions.ts',
  ],
]
const SOURCES_OF_ADVICE = [
  ...[
    'advice',
    'any-provider',
    'aws-sms',
    'bounces',
    'infobip',
    'mail-apis',
    'messengers',
    'numbers',
    'smtp',
    'twilio',
    'vonage',
    'words',
  ],
].map((name) => `admin/advice/${name}.ts`)
const sources = () => SOURCES.map((name) => readFileSync(join(SRC, name), 'utf8'))
const unknown = (outcome: 'retrying' | 'failed') =>
  adviseOn({ provider: 'twilio', code: 'nobody knows it' }, outcome)

describe('advice', () => {
  it.each([
    ['twilio', '21610', /opted out/, /sending START/],
    ['twilio', '21614', /not a mobile number/, /mobile number/],
    ['twilio', '21635', /landline/, /mobile number/],
    ['twilio', '30006', /landline/, /mobile number/],
    ['twilio', '20003', /does not accept the account/, /operator/],
    ['twilio', '21211', /not a phone number/, /another number/],
    ['twilio', 'http_503', /cannot accept messages/, null],
    ['twilio', 'http_504', /may have gone out/, /wait a minute/],
    ['twilio:eu', '21610', /opted out/, /sending START/],
    ['vonage', '1430', /not a phone number/, /another number/],
    ['vonage', 'low-balance', /run out of credit/, /tops it up/],
    ['infobip', 'REJECTED_NETWORK', /may not send to this country/, /allows it at Infobip/],
    ['ses', 'SenderNotVerified', /not verified/, /MAIL_FROM/],
    ['ses', 'SignatureDoesNotMatch', /signature/, /clock/],
    ['sendgrid', 'credits_exceeded', /used up/, /quota/],
    ['postmark', '406', /nothing more to this address/, /another address/],
    ['postmark', '1226', /stream/, /POSTMARK_MESSAGE_STREAM/],
    ['resend', 'invalid_idempotent_request', /probably gone out/, /wait a minute/],
    ['http', 'http_408', /may have gone out/, /wait a minute/],
    ['http', 'http_409', /has this message already/, /wait a minute/],
    ['http', 'not_confirmed', /does not confirm that it accepted/, /_SUCCESS/],
    ['http', 'gateway_busy', /for now/, /rate/],
    ['http', 'gateway_refused', /did not accept/, /own reason/],
    ['smtp', 'smtp_550_5.1.1', /mailbox does not exist/, /another address/],
    ['smtp', 'smtp_452_4.2.2', /full/, /makes room/],
    ['smtp', 'smtp_550_5.7.1', /by its rules/, /SPF/],
    ['smtp', 'smtp_550_5.7.26', /genuine/, /DKIM/],
    ['sendgrid', '5.1.1', /mailbox does not exist/, /another address/],
    ['smtp', 'smtp_550', /most often the mailbox does not exist/, /another address/],
    ['smtp', 'smtp_550_5.9.9', /most often the mailbox does not exist/, /another address/],
    ['smtp', 'smtp_535', /login/, /SMTP_URL/],
    ['http', 'http_401', /credentials/, /operator/],
    ['http', 'http_429', /too many requests/, /higher rate/],
    ['http', 'http_302', /redirect/, /URL/],
    [null, 'expired_before_sent', /about to expire/, /start over/],
    [null, 'no_provider', /No provider/, /operator/],
  ])('%s %s', (provider, code, meaning, action) => {
    const advice = adviseOn({ provider, code }, 'failed')
    expect(advice.meaning).toMatch(meaning)
    const { action: todo, meanwhile, otherwise, remedy } = advice
    if (action === null) expect([todo, meanwhile, remedy]).toEqual(['', '', 'again'])
    else expect(`${todo} ${meanwhile} ${otherwise}`).toMatch(action)
  })

  it('knows every code of our own', () => {
    // Snake case in quotes, in the sources of delivery: error codes, and these few that are none.
    const others = new Set(['give_back', 'verification_id', 'attempt_id'])
    const codes = sources().flatMap((text) =>
      [...text.matchAll(/'([a-z]+(?:_[a-z]+)+|timeout|unreachable|unreadable|quoted)'/g)].map(
        ([, code]) => code ?? '',
      ),
    )
    const asked = [...new Set(codes)].filter((code) => !others.has(code))
    expect(asked.length).toBeGreaterThan(15)
    for (const code of asked)
      expect([code, adviseOn({ provider: null, code }, 'failed')]).not.toEqual([
        code,
        unknown('failed'),
      ])
  })

  it.each([
    ['twilio', TWILIO_CODES],
    ['vonage', VONAGE_CODES],
    ['vonage', CALL_CODES],
    ['infobip', INFOBIP_CODES],
    ['aws', AWS_SMS_CODES],
    ['ses', SES_CODES],
    ['sendgrid', SENDGRID_CODES],
    ['postmark', POSTMARK_CODES],
    ['resend', RESEND_CODES],
    ['whatsapp_cloud', WHATSAPP_CODES],
    ['telegram', TELEGRAM_CODES],
    ['infobip', INFOBIP_ERRORS],
    ['aws', AWS_SMS_EVENTS],
    ['ses', BOUNCES],
    ['resend', BOUNCES],
    ['sendgrid', SENDGRID_EVENTS],
    ['postmark', POSTMARK_BOUNCES],
  ])('knows every code that the adapter of %s has words for', (provider, codes) => {
    for (const code of Object.keys(codes))
      expect([code, adviseOn({ provider, code }, 'failed')]).not.toEqual([code, unknown('failed')])
  })

  it('does not mistake one provider’s number for another’s', () => {
    expect(adviseOn({ provider: 'http', code: '21610' }, 'failed')).toEqual(unknown('failed'))
    expect(adviseOn({ provider: null, code: '21610' }, 'failed')).toEqual(unknown('failed'))
  })

  it.each([
    'constructor',
    '__proto__',
    'toString',
    '',
    'smtp_',
    'http_',
    'smtp_550_5.1.1x',
    'http_99',
  ])('has only the general word for %j', (code) => {
    for (const provider of ['twilio', 'constructor', '__proto__'])
      expect(adviseOn({ provider, code }, 'failed')).toEqual(unknown('failed'))
  })

  it('names no button: whether there is one is the page’s to know', () => {
    const text = SOURCES_OF_ADVICE.map((name) => readFileSync(join(SRC, name), 'utf8')).join('')
    const said = text.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '')
    expect(said).not.toMatch(/send again|sending again|another channel/i)
  })
})
