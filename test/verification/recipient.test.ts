import { describe, expect, it } from 'vitest'
import { createKeyring } from '../../src/kernel/keyring.ts'
import {
  addressIndexes,
  budgetIndexes,
  budgetKey,
  localeOf,
  readRecipient,
} from '../../src/verification/recipient.ts'

function read(to: string, country: string | null = null) {
  const recipient = readRecipient(to, country)
  if (recipient.kind === 'unreadable') throw new Error(`${to}: ${recipient.detail}`)
  return recipient
}

describe('phone numbers', () => {
  it.each([
    ['+1 415 555 2671', null],
    ['+1 (415) 555-2671', null],
    ['(415) 555-2671', 'US'],
    ['(415) 555-2671', 'us'],
    ['0014155552671', null],
    ['001 415 555 2671', 'US'],
    ['011 1 415 555 2671', 'US'],
    ['＋１４１５５５５２６７１', null],
    ['+١٤١٥٥٥٥٢٦٧١', null],
    ['+1415\u200b555\u200d2671', null],
    ['+1\u00a0415 555 2671', null],
    [' +14155552671 ', null],
  ])('C12: %j is +14155552671', (to, country) => {
    expect(read(to, country)).toMatchObject({ address: '+14155552671', country: 'US' })
  })

  it.each([
    ['+14155552671;ext=5', null, 'to'],
    ['+1 415 555 2671 x5', null, 'to'],
    ['+1415555267O', null, 'to'],
    ['4155552671', null, 'to'],
    ['4155552671', 'XX', 'country'],
    ['+80012345678', null, 'to'],
    ['+881612345678', null, 'to'],
    ['+14155552671\r\nBcc: x', null, 'to'],
    ['call +14155552671 now', null, 'to'],
    ['', null, 'to'],
    ['+', null, 'to'],
    ['+1555', null, 'to'],
    ['2671;phone-context=+1415555', null, 'to'],
    ['+14155552671;isub=1', null, 'to'],
  ])('C50: %j is refused', (to, country, field) => {
    expect(readRecipient(to, country)).toMatchObject({ kind: 'unreadable', field })
  })

  it('C50: tells the type, so that policy can refuse it', () => {
    expect(read('+1 900 555 0199')).toMatchObject({ type: 'PREMIUM_RATE' })
    expect(read('+44 70 1234 5678')).toMatchObject({ type: 'PERSONAL_NUMBER' })
  })

  it('knows the language of a country', () => {
    expect(localeOf(read('+4930123456'))).toBe('de-DE')
    expect(localeOf(read('+14155552671'))).toBe('en-US')
    expect(localeOf(read('a@example.com'))).toBeNull()
  })
})

describe('addresses', () => {
  it('keeps the name as given and normalises the domain', () => {
    expect(read('User+tag@EXAMPLE.com').address).toBe('User+tag@example.com')
    expect(read('a@BÜCHER.example').address).toBe('a@xn--bcher-kva.example')
  })

  it.each(['User@EXAMPLE.com', 'uSeR+tag@example.com', 'USER@Example.COM', 'ｕｓｅｒ@example.com'])(
    'C12: %j shares one budget',
    (to) => {
      expect(budgetKey(read(to))).toBe('user@example.com')
    },
  )

  it.each([
    'a\r\nBcc: b@example.com',
    'a@example.com\r\n',
    'a\u0000@example.com',
    'a@example.com\nb',
    '"a b"@example.com',
    'a b@example.com',
    'a@b',
    'a@1.2.3.4',
    'a@[127.0.0.1]',
    'a@0x7f.1',
    'a@example..com',
    '.a@example.com',
    'a..b@example.com',
    'a@@example.com',
    'a<b>@example.com',
    'a,b@example.com',
    `${'x'.repeat(65)}@example.com`,
    `x@${'a'.repeat(250)}.com`,
    `${'x'.repeat(300)}@example.com`,
    'a\u200b@example.com',
    'a＠example.com',
    // A flow that looks at the end of the address would let these in; the mail would go to evil.example.
    'a@evil.example/.example.com',
    'a@evil.example\\.example.com',
    'a@evil.example?.example.com',
    'a@evil.example#.example.com',
    'a@evil.example:25',
    'a@example%2ecom',
    'a@example％2ecom',
    '=?utf-8?q?a=40evil.example=3e?=@example.com',
    '@example.com',
    'a@',
  ])('C28: %j is refused', (to) => {
    expect(readRecipient(to, null).kind).toBe('unreadable')
  })
})

describe('indexes', () => {
  const keyring = createKeyring([Buffer.alloc(32, 1)])

  it('tell the address from the budget, and services apart', () => {
    const [plain, tagged] = [read('user@example.com'), read('user+x@example.com')]
    expect(budgetIndexes(keyring, 's', plain)).toEqual(budgetIndexes(keyring, 's', tagged))
    expect(addressIndexes(keyring, 's', plain)).not.toEqual(addressIndexes(keyring, 's', tagged))
    expect(budgetIndexes(keyring, 's', plain)).not.toEqual(budgetIndexes(keyring, 't', plain))
  })
})
