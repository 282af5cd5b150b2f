// Messages as a provider gets them, for tests.
// It must not send anything.

import type { MessageSettings, OutgoingMessage } from '../../src/delivery/ports.ts'

export const NOW = Date.UTC(2027, 0, 15, 12)
export const fixedClock = { now: () => NOW }

/** A service without settings of its own. */
export const PLAIN_SERVICE: MessageSettings = {
  brandName: 'Example',
  locale: 'en',
  originDomain: null,
  androidAppHash: null,
  subjectShowsCode: false,
  linkUrl: null,
  templates: {},
}

export function smsMessage(change: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    tryId: 'att_0123456789abcdefghijklmnopqrstuv_1_1',
    deliveryId: 'dlv_0123456789abcdefghijklmnopqrstuv_1',
    verificationId: 'vrf_0123456789abcdefghijklmnopqrstuv',
    service: 'default',
    brandName: 'Example',
    channel: 'sms',
    to: '+14155552671',
    code: '4711471147',
    locale: 'en',
    subject: null,
    text: '4711471147 is your Example code.',
    size: { encoding: 'GSM-7', units: 32, parts: 1 },
    html: null,
    expiresAt: NOW + 600_000,
    callbackUrl: null,
    returnToken: null,
    link: null,
    callUrl: null,
    ...change,
  }
}

export function mailMessage(change: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return smsMessage({
    channel: 'email',
    to: 'Ada.Lovelace+test@example.com',
    subject: 'Your Example code',
    text: 'Your code for Example is:\n\n4711471147\n',
    size: null,
    html: '<!doctype html><p>4711471147</p>',
    ...change,
  })
}
