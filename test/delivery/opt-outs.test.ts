// C59: the words by which people opt out of texts and in again, as Twilio passes them on.

import { describe, expect, it } from 'vitest'
import { createTwilioReceipts } from '../../src/delivery/providers/twilio/receipts.ts'
import type { Callback } from '../../src/delivery/receipts/ports.ts'
import { mayCarry } from '../../src/delivery/routes/routing.ts'

const PERSON = '+14155552671'

function inbound(fields: Record<string, string>): Callback {
  const url = 'https://verify.example.com/receipts/twilio'
  const body = Buffer.from(new URLSearchParams(fields).toString())
  return { method: 'POST', url, query: new URLSearchParams(), headers: {}, body }
}
const said = (Body: string, more: Record<string, string> = {}) => ({
  ...{ MessageSid: 'SM1', SmsStatus: 'received', From: PERSON, To: '+15005550006', Body },
  ...more,
})

describe('C59: a message to the sender', () => {
  const reader = createTwilioReceipts('a token')
  it.each([
    ['STOP', {}, 'stop'],
    [' stop ', {}, 'stop'],
    ['Unsubscribe', {}, 'stop'],
    ['START', {}, 'start'],
    ['unstop', {}, 'start'],
    ['ARRÊT', { OptOutType: 'STOP' }, 'stop'],
    ['OUI', { OptOutType: 'START' }, 'start'],
    ['please stop by', {}, null],
    ['HELP', { OptOutType: 'HELP' }, null],
    ['', {}, null],
  ])('of “%s” (%j) is %s', (text, more, kind) => {
    const words = kind === null ? [] : [{ kind, recipient: PERSON }]
    expect(reader.read(inbound(said(text, more as Record<string, string>)))).toEqual(words)
  })
})

describe('C59: a STOP is meant for a service', () => {
  const rule = (isDefault: boolean, ...names: string[]) => ({
    ...{ prefixes: [], countries: isDefault ? [] : ['IN'], isDefault },
    providers: names.map((name) => ({ name, weight: null })),
  })
  it.each([
    ['with a route of its own by that account', [rule(true, 'twilio:eu')], true],
    ['that writes by it to one country only', [rule(false, 'twilio:eu'), rule(true, 'http')], true],
    ['without routes: any provider may carry its messages', undefined, true],
    ['that writes by another account', [rule(true, 'twilio', 'http')], false],
  ])('%s', (_name, routes, isMeant) => {
    expect(mayCarry('twilio:eu', routes)).toBe(isMeant)
  })
})
