// C67: what a gateway says in its own words stands in the console, where support looks: on the page of the verification
// and at the try. It is bounded and holds nothing of the message by then (delivery/quoted-answer.ts).

import { expect, it } from 'vitest'
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

it('C67: a reason is plain text on the page, whatever it contains', async () => {
  const hostile = '<script>alert(1)</script>'
  const row = { deliveryStatus: 'failed', errorCode: 'gateway_refused', provider: 'http' } as const
  const failed = eventOf('delivery.failed', NOW, { error: 'http_400', message: hostile })
  const page = await shownPage(detailOf({ ...row, errorMessage: hostile }, [failed]))
  expect(page).not.toContain(hostile)
  expect(page.split('&lt;script&gt;alert(1)')).toHaveLength(3)
})
