// C69: a test recipient is met by every start that means it, however the setting spells it: one that no start met was sent
// real messages, and its code was never right.

import { describe, expect, it } from 'vitest'
import { parseTestRecipients, SettingError } from '../../src/config/parsers.ts'
import { parseServices } from '../../src/config/services.ts'
import type { ServicePolicy } from '../../src/verification/policy.ts'
import { isUnreadable, readRecipient, testRecipientFor } from '../../src/verification/recipient.ts'

const CARRIERS = { sms: [], email: [], whatsapp: [], telegram: [], voice: [] }
const DAY = '2099-01-31'

/** Whether a start to `asked` is one of a test recipient that the setting spells `given`. */
function isMet(given: string, asked: string): boolean {
  const recipient = readRecipient(asked, null)
  if (isUnreadable(recipient)) throw new Error(recipient.detail)
  const testRecipients = parseTestRecipients(`${given}=123456@${DAY}`)
  return (
    testRecipientFor({ testRecipients } as unknown as ServicePolicy, recipient, 1) !== undefined
  )
}

describe('C69: a test recipient', () => {
  it.each([
    ['ann@EXAMPLE.com', 'ann@example.com'],
    ['ann@example.com', 'ann@EXAMPLE.COM'],
    ['ann@bücher.example', 'ann@xn--bcher-kva.example'],
    ['ann@xn--bcher-kva.example', 'ann@BÜCHER.example'],
    ['"ann"@example.com', 'ann@example.com'],
    ['mailto:ann@example.com', 'ann@example.com'],
    ['ann=b@example.com', 'ann=b@example.com'],
    ['+1 (500) 555-0006', '+15005550006'],
    ['tel:+1-500-555-0006', '+15005550006'],
    ['0015005550006', '+15005550006'],
  ])('%s is met by a start to %s', (given, asked) => {
    expect(isMet(given, asked)).toBe(true)
    expect(isMet(asked, given)).toBe(true)
  })

  it('of another name, number or domain is another one', () => {
    expect(isMet('ann@example.com', 'ann@example.com.example')).toBe(false)
    expect(isMet('+15005550006', '+15005550007')).toBe(false)
    // Only its host may say that two names are one (RFC 5321 §2.4).
    expect(isMet('Ann@example.com', 'ann@example.com')).toBe(false)
  })

  it.each([
    'nobody',
    '5005550006',
    '+150055500061234',
    '+1',
    'ann@',
    '@example.com',
    'ann@localhost',
    'a b@example.com',
  ])('%s would never be met, and is refused', (to) => {
    expect(() => parseTestRecipients(`${to}=123456@${DAY}`)).toThrow(SettingError)
    expect(() => parseTestRecipients(`${to}=123456@${DAY}`)).toThrow(
      `"${to}" cannot receive messages`,
    )
  })

  it('is there twice in any two spellings', () => {
    const both = (one: string, other: string) => `${one}=123456@${DAY},${other}=654321@${DAY}`
    for (const [one, other] of [
      ['ann@bücher.example', 'ann@xn--bcher-kva.example'],
      ['+1 500 555 0006', '+15005550006'],
    ] as const)
      expect(() => parseTestRecipients(both(one, other))).toThrow('is listed twice')
  })

  it('of a service in the services file is read alike', () => {
    const own = { test_recipients: [`ann@EXAMPLE.com=123456@${DAY}`] }
    const base = { channels: ['email'] } as unknown as ServicePolicy
    const text = JSON.stringify({ services: { a: own } })
    const result = parseServices(text, base, CARRIERS)
    expect(result.ok && result.services.get('a')?.testRecipients).toMatchObject([
      { to: 'ann@example.com', prefix: false },
    ])
  })
})
