// C67: what a gateway says in its own words stands in the console, where support looks: on the page of the verification
// and at the try. It is bounded and holds nothing of the message by then (delivery/answers/quoted-answer.ts).

import { expect, it } from 'vitest'
import type { SendTry } from '../../src/admin/ports.ts'
import { detailOf, eventOf, NOW, shownPage, textOf } from '../console/shown.ts'

const REASON = 'Sender ACME is not registered'

it.each([
  ['that failed for good', { deliveryStatus: 'failed', errorCode: 'gateway_refused' }],
  ['that is tried again', { deliveryStatus: 'queued', errorCode: 'http_503' }],
  ['that expired', { status: 'expired', deliveryStatus: 'canceled', errorCode: 'http_502' }],
] as const)(
  'C67: of a message %s, the gateway’s reason is shown above its events',
  async (_, row) => {
    const detail = detailOf({ ...row, provider: 'http', errorMessage: REASON })
    expect(textOf(await shownPage(detail))).toContain(`answered: ${row.errorCode} ${REASON}`)
    expect(textOf(await shownPage(detail, { mayAct: false }))).toContain(REASON)
  },
)

it.each([
  ['smtp', 'connection_refused', /Error: connection_refused why/],
  ['smtp', 'expired_before_sent', /Error: expired_before_sent why/],
  [null, 'no_provider', /Error: no_provider why/],
  ['smtp', 'smtp_550_5.1.1', /smtp answered: smtp_550_5\.1\.1 why/],
  ['twilio', '21610', /twilio answered: 21610 why/],
  ['http', 'not_confirmed', /http answered: not_confirmed why/],
])('only a provider that answered is said to have: %s, %s', async (provider, errorCode, shown) => {
  const row = { deliveryStatus: 'failed', provider, errorCode, errorMessage: 'why' } as const
  expect(textOf(await shownPage(detailOf(row)))).toMatch(shown)
})

it.each(['delivery.failed', 'delivery.retrying'] as const)(
  'C67: the gateway’s reason is shown at its try: %s',
  async (type) => {
    const failure = { provider: 'http', error: 'gateway_refused' }
    const events = ['no route', REASON].map((message, n) =>
      eventOf(type, NOW - 9000 + n, { ...failure, message, attempt: n + 1 }),
    )
    const text = textOf(await shownPage(detailOf({ deliveryStatus: 'sent' }, events)))
    for (const message of ['no route', REASON]) expect(text).toContain(`gateway_refused ${message}`)
  },
)

it.each([
  ['account', '20003', 'The provider blames the account.'],
  ['destination', '21408', 'The provider blames the destination.'],
  ['recipient', '21211', 'The provider blames the recipient.'],
  ['message', 'http_422', 'The provider blames the message.'],
  ['account', 'no_provider', ''],
  ['recipient', 'invalid_address', ''],
  [null, 'http_503', ''],
] as const)(
  'C53: the page says whose fault it is, %s by %s, where a provider said it',
  async (fault, code, said) => {
    const row = { deliveryStatus: 'failed', provider: 'twilio', errorCode: code } as const
    const failed = eventOf('delivery.failed', NOW, { error: code, message: 'why', fault })
    const one: SendTry = {
      ...{ send: 1, tryNumber: 1, provider: 'twilio', startedAt: NOW, durationMs: 20 },
      ...{
        result: 'failed',
        ...{ receipt: null, receiptAt: null, receiptCode: null },
        reference: null,
        errorCode: code,
        errorMessage: 'why',
        fault,
      },
    }
    const detail = { ...detailOf({ ...row, errorMessage: 'why' }, [failed]), tries: [one] }
    const text = textOf(await shownPage(detail))
    expect(text.split('The provider blames')).toHaveLength(said === '' ? 1 : 3)
    expect(text).toContain(said)
  },
)

it('C67: a reason is plain text on the page, whatever it contains', async () => {
  const hostile = '<script>alert(1)</script>'
  const row = { deliveryStatus: 'failed', errorCode: 'gateway_refused', provider: 'http' } as const
  const failed = eventOf('delivery.failed', NOW, { error: 'http_400', message: hostile })
  const page = await shownPage(detailOf({ ...row, errorMessage: hostile }, [failed]))
  expect(page).not.toContain(hostile)
  expect(page.split('&lt;script&gt;alert(1)')).toHaveLength(3)
})

it('C26: the page says what was reported of each try, how long after, and what is a double', async () => {
  const row = { deliveryStatus: 'delivered', provider: 'vonage' } as const
  const at = { channel: 'sms', send: 1 }
  const lost = { ...at, provider: 'twilio', attempt: 1, error: '30007', fault: 'message' }
  const arrived = { ...at, provider: 'vonage', attempt: 2, after_ms: 3_000 }
  const double = { ...at, provider: 'twilio', attempt: 1, after_ms: 9_000, double: true }
  const page = await shownPage(
    detailOf({ ...row, errorCode: null, errorMessage: null }, [
      eventOf('delivery.undelivered', NOW - 6_000, { ...lost, next_provider: 'vonage' }),
      eventOf('delivery.delivered', NOW - 3_000, arrived),
      eventOf('delivery.delivered', NOW, double),
    ]),
  )
  const text = textOf(page)
  expect(text).toContain('twilio reports: message 1 did not arrive; on to vonage')
  expect(text).toContain('The provider blames the message.')
  expect(text).toContain('vonage reports: message 1 arrived, 3.0 s after it was handed over')
  expect(text).toContain(
    'twilio reports: message 1 arrived, 9.0 s after it was handed over. It is a double',
  )
})
