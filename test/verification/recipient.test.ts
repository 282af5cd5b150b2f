import { describe, expect, it } from 'vitest'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { budgetForms } from '../../src/verification/email.ts'
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
    ['\u200b+14155552671\u200b', null],
    ['\u3164+1415\ufe0f5552671\u2800', null],
    ['\u202a+1 415 555 2671\u202c', null],
    ['tel:+1-415-555-2671', null],
    ['TEL: +14155552671', null],
    ['\ufefftel:4155552671', 'US'],
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
    ['tel:+14155552671;ext=5', null, 'to'],
    ['tel:2671;phone-context=+1415555', null, 'to'],
    ['tel:tel:+14155552671', null, 'to'],
    ['sms:+14155552671', null, 'to'],
    ['mailto:+14155552671', null, 'to'],
  ])('C50: %j is refused', (to, country, field) => {
    expect(readRecipient(to, country)).toMatchObject({ kind: 'unreadable', field })
  })

  it.each([
    ['+52 1 55 1234 5678', null, 'Mexican'],
    ['0052 1 55 1234 5678', null, 'Mexican'],
    ['044 55 1234 5678', 'MX', 'Mexican'],
    ['045 55 1234 5678', 'MX', 'Mexican'],
    ['01 55 1234 5678', 'MX', 'Mexican'],
    ['15 2345 6789', 'AR', 'Argentine'],
    ['(11) 8123-4567', 'BR', 'Brazilian'],
    ['+225 07 12 34 56', null, 'Ivorian'],
    ['+229 97 12 34 56', null, 'Beninese'],
  ])('C12: %j is refused in words: a form that its country gave up', (to, country, whose) => {
    expect(readRecipient(to, country)).toMatchObject({
      kind: 'unreadable',
      detail: expect.stringContaining(whose),
    })
  })

  it.each([
    ['+52 55 1234 5678', null],
    ['55 1234 5678', 'MX'],
    ['+55 11 98123 4567', null],
    ['+54 9 11 2345 6789', null],
    ['+225 07 12 34 56 78', null],
    ['+229 01 97 12 34 56', null],
  ])('C12: %j is read in today’s form', (to, country) => {
    expect(readRecipient(to, country)).toMatchObject({ kind: 'phone' })
  })

  it('C50: reports the type, so that policy can refuse it', () => {
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

  it.each([
    ['\u200buser@example.com\u200b', 'user@example.com'],
    ['\u2066user@example.com\u2069 ', 'user@example.com'],
    ['\ufeffuser@example.com', 'user@example.com'],
    ['mailto:user@example.com', 'user@example.com'],
    ['\u034fuser@example.com\u3164', 'user@example.com'],
    ['mailto:%20%E2%80%8Buser@example.com', 'user@example.com'],
    [' MAILTO:User@EXAMPLE.com', 'User@example.com'],
    ['mailto:user%2Btag@example.com', 'user+tag@example.com'],
  ])('C12: %j is %j: copied from a page or a contact card', (to, address) => {
    expect(read(to).address).toBe(address)
  })

  it.each(['User@EXAMPLE.com', 'uSeR+tag@example.com', 'USER@Example.COM', 'ｕｓｅｒ@example.com'])(
    'C12: %j shares one budget',
    (to) => {
      expect(budgetKey(read(to))).toBe('user@example.com')
    },
  )

  it.each([
    ['ann.b@gmail.com', 'annb@gmail.com'],
    ['A.n.n.B+x@GoogleMail.com', 'annb@gmail.com'],
    ['ann.b@gmail.com', 'an.nb+y.z@gmail.com'],
    ['ann@me.com', 'ann+x@icloud.com'],
    ['ann@mac.com', 'ann@icloud.com'],
    ['ann.b@proton.me', 'ann-b@protonmail.com'],
    ['ann_b@pm.me', 'annb@protonmail.ch'],
    ['ann.b@yandex.ru', 'ann-b+x@ya.ru'],
    ['ann-shop@yahoo.com', 'ann-news@yahoo.com'],
    ['ann-shop@yahoo.com', 'ann+x@yahoo.com'],
    ['ann-shop@yahoo.com.tw', 'ann@yahoo.com.tw'],
    ['ann-shop@yahoo.co.id', 'ann-news@yahoo.co.id'],
    ['shop@ann.fastmail.com', 'ann+news@fastmail.com'],
  ])('C12: %j and %j are one mailbox and share one budget', (one, other) => {
    expect(budgetKey(read(one))).toBe(budgetKey(read(other)))
    expect(read(one).address).toBe(one.replace(/@.*/, (domain) => domain.toLowerCase()))
  })

  it.each([
    ['ann.b@example.com', 'annb@example.com'],
    ['ann.b@outlook.com', 'annb@outlook.com'],
    ['ann@outlook.com', 'ann@hotmail.com'],
    ['ann-b@gmail.com', 'annb@gmail.com'],
    ['ann-b@example.com', 'ann@example.com'],
    ['ann@gmail.com', 'ann@gmail.com.example'],
    ['ann@mail.gmail.com', 'ann@gmail.com'],
    ['ann@yahoo.com', 'ann@yahoo.de'],
    ['...@gmail.com', '..@gmail.com'],
  ])('C12: %j and %j may be two people', (one, other) => {
    expect(budgetForms(one)[0]).not.toBe(budgetForms(other)[0])
  })

  it('C12: quotes and backslashes are not part of a name', () => {
    expect(budgetForms('"ann.b"@gmail.com')[0]).toBe('annb@gmail.com')
    expect(budgetForms('"a\\nn"@example.com')[0]).toBe('ann@example.com')
  })

  // exment 800: names that need quotes, and those that docomo and au once gave out, could not be reached.
  it.each([
    ['a..b.@docomo.ne.jp', 'a..b.@docomo.ne.jp'],
    ['"a..b."@docomo.ne.jp', 'a..b.@docomo.ne.jp'],
    ['"a..b\\."@DOCOMO.ne.jp', 'a..b.@docomo.ne.jp'],
    ['taro...@ezweb.ne.jp', 'taro...@ezweb.ne.jp'],
    ['x.-_-.@t.vodafone.ne.jp', 'x.-_-.@t.vodafone.ne.jp'],
    ['"a..b"@example.com', '"a..b"@example.com'],
    ['"ada lovelace"@example.com', '"ada lovelace"@example.com'],
    ['"a\\ b"@example.com', '"a b"@example.com'],
    ['".ada"@example.com', '".ada"@example.com'],
    ['" "@example.com', '" "@example.com'],
    // Quotes that nothing needs are no part of the name.
    ['"ada"@example.com', 'ada@example.com'],
    ['"ad\\a.b"@example.com', 'ada.b@example.com'],
  ])('C28: %j is reached as %j', (to, address) => {
    expect(read(to).address).toBe(address)
  })

  it.each([
    ['"ada+x"@example.com', 'ada@example.com'],
    ['"ada lovelace+x"@example.com', '"ada lovelace"@example.com'],
    ['"A..b."@docomo.ne.jp', 'a..b.@docomo.ne.jp'],
    ['"a.d.a"@gmail.com', 'ada@gmail.com'],
  ])('C12: %j shares the budget of %j', (to, other) => {
    expect(budgetKey(read(to))).toBe(budgetKey(read(other)))
  })

  it.each([
    'a\r\nBcc: b@example.com',
    'a@example.com\r\n',
    'a\u0000@example.com',
    'a@example.com\nb',
    '"a@evil.example"@example.com',
    '"a<b@evil.example>"@example.com',
    '"a,b"@example.com',
    '"a\\"b"@example.com',
    '"a\\\\b"@example.com',
    '"a(b)"@example.com',
    '"a\nb"@example.com',
    '"a b@example.com',
    'a b"@example.com',
    '"a"b@example.com',
    '""@example.com',
    '"=?utf-8?q?a=40evil.example=3e?="@example.com',
    '"=\\?utf-8?q?a?="@example.com',
    'a.@example.com',
    '.a@docomo.ne.jp',
    'a..b@docomo.ne.jp.example.com',
    'a b@docomo.ne.jp',
    `"${'x y'.repeat(21)}"@example.com`,
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
    'mailto:a@example.com?subject=x',
    'mailto:a@example.com,b@example.com',
    'mailto:a%0d%0aBcc:b@example.com',
    'mailto:a%zz@example.com',
    'mailto:mailto:a@example.com',
  ])('C28: %j is refused', (to) => {
    expect(readRecipient(to, null).kind).toBe('unreadable')
  })
})

describe('indexes', () => {
  const keyring = createKeyring([Buffer.alloc(32, 1)])

  it('distinguish the address from the budget, and services from each other', () => {
    const [plain, tagged] = [read('user@example.com'), read('user+x@example.com')]
    expect(budgetIndexes(keyring, 's', plain)).toEqual(budgetIndexes(keyring, 's', tagged))
    expect(addressIndexes(keyring, 's', plain)).not.toEqual(addressIndexes(keyring, 's', tagged))
    expect(budgetIndexes(keyring, 's', plain)).not.toEqual(budgetIndexes(keyring, 't', plain))
  })

  it('find a mailbox that an earlier version stored, after today’s form', () => {
    const dotted = read('Ann.B+x@gmail.com')
    const before = keyring.mac('blind-index', ['budget', 's', 'ann.b@gmail.com'])
    expect(budgetIndexes(keyring, 's', dotted)).toEqual([
      ...budgetIndexes(keyring, 's', read('annb@gmail.com')),
      before,
    ])
  })
})
