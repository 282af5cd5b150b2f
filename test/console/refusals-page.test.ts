// C73: the page of refusals as it is made of its lines: who is named and who is not, times, addresses, and only the columns
// that say something.

import { expect, it } from 'vitest'
import { adviseOnRefusal } from '../../src/admin/advice/refusals.ts'
import type { RefusalLine } from '../../src/admin/refusals.ts'
import { refusalsPage, type ShownRefusals } from '../../src/console/refusals.ts'
import { NOW, pageOf, textOf } from './shown.ts'

const REASON = {
  ...{ error: 'rate_limited', limit: 'sends_per_number_burst', channel: 'sms' },
  ...{ country: 'US', numberType: null },
}
const LINE: RefusalLine = {
  ...{ id: 'a', service: 'default', count: 1, firstAt: NOW - 60_000, lastAt: NOW - 60_000 },
  ...{ route: 'start', clientIp: '203.0.113.7', keyId: 'key_1', person: undefined },
  ...{ verificationId: null, reference: null, isOfMany: false, entry: null },
  ...{ ...REASON, ...adviseOnRefusal(REASON) },
}
type Line = { line?: Partial<RefusalLine>; masked?: string; sealed?: string }

async function show(lines: readonly Line[], change: Partial<ShownRefusals> = {}) {
  const page = await refusalsPage(pageOf(false), {
    ...{ now: NOW, nextCursor: null, lookedBackTo: null, query: {}, person: undefined },
    lines: lines.map(({ line, masked, sealed }) => ({
      line: { ...LINE, ...line },
      masked,
      sealed,
    })),
    services: ['default'],
    ...change,
  })
  const html = String(page)
  const heads = [...html.matchAll(/role="columnheader"[^>]*>([^<]+)/g)].map(([, name]) => name)
  return { html, heads, text: textOf(html) }
}

it('C73: known people are linked by a sealed address, the others are shown as unnamed', async () => {
  const { html, text } = await show([
    { masked: '+141•••71', sealed: 'SEALED' },
    { masked: 'user•••17' },
    { line: { isOfMany: true, count: 900 }, masked: '+49•••1' },
    { line: { country: null } },
  ])
  expect(html).toContain('<a class="mono" href="/admin/person?who=SEALED">+141•••71</a>')
  expect(html).toContain('<span class="mono">user•••17</span>')
  expect(text).toContain('many, not named')
  expect(text).not.toContain('+49•••1')
  expect(text.match(/not named/g)).toHaveLength(2)
})

it('C73: a line shows how often, when last and when first', async () => {
  const { html, text } = await show([{ line: { count: 12, firstAt: NOW - 3_600_000 } }])
  expect(html).toMatch(/data-label="Times"><span>12</)
  expect(text).toMatch(/2027-01-15 07:59:00 +1 min ago +first +1 h ago/)
  expect((await show([{}])).text).not.toMatch(/ago +first/)
})

it('C73: the advice is shown beside the reason, with the name of the limit or error', async () => {
  const { text } = await show([{}, { line: { limit: null, error: 'invalid_request' } }])
  expect(text).toContain(`${LINE.meaning} ${LINE.action} sends_per_number_burst sms`)
  expect(text).toContain('invalid_request sms')
})

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8::1', '2001:<wbr>db8:<wbr>:<wbr>1'],
  [null, '–'],
])('C73: an address is broken between its groups only: %s', async (clientIp, shown) => {
  expect((await show([{ line: { clientIp } }])).html).toContain(shown)
})

it('C73: columns with the same value in every line make room for the advice', async () => {
  const few = ['Recipient', 'Last refused (', 'Times', 'Why, and what to do', 'From']
  expect((await show([{}])).heads).toEqual(few)
  const verificationId = `vrf_${'0'.repeat(32)}`
  const all = await show([{ line: { verificationId, reference: 'K7Q-42M' } }, {}], {
    services: ['default', 'bank'],
  })
  expect(all.heads).toEqual([...few.slice(0, 4), 'Verification', 'From', 'Service'])
  expect(all.html).toContain(`href="/admin/verifications/${verificationId}">K7Q-42M</a>`)
  expect(all.text).toContain('none')
})

it.each([
  ['fixed_line', 'sms', 'The number is a landline, and the service sends no texts to landlines'],
  ['premium_rate', 'sms', 'Numbers of this type (premium rate) get no messages'],
  [null, 'sms', 'Numbers of this type get no messages'],
])('C50: a number of the type %s is described as one', (numberType, channel, words) => {
  const about = { ...REASON, error: 'number_type_not_allowed', limit: null, numberType, channel }
  expect(adviseOnRefusal(about).meaning).toContain(words)
  expect(adviseOnRefusal(about).action).toContain('mobile number')
})
