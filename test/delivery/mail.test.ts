// A message as the APIs of mail providers take it.

import { describe, expect, it } from 'vitest'
import { formatAsciiSender, formatSender, toMail } from '../../src/delivery/providers/mail/mail.ts'
import { asciiSender, withAsciiDomain } from '../../src/delivery/providers/mail/mailbox.ts'
import { SENDER } from './mail-api-world.ts'
import { mailMessage } from './messages.ts'

describe('the address', () => {
  it.each([
    ['Ada.Lovelace+test@example.com', 'Ada.Lovelace+test@example.com'],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['a..b.@docomo.ne.jp', '"a..b."@docomo.ne.jp'],
    ['"ada lovelace"@example.com', '"ada lovelace"@example.com'],
  ])('C28: %s is %s', (to, expected) => {
    expect(toMail(SENDER, mailMessage({ to }))).toMatchObject({ kind: 'mail', to: expected })
  })

  it.each([
    ['a@b.example,c@d.example', 'recipient', 'invalid_address'],
    ['Eve <eve@example.com>', 'recipient', 'invalid_address'],
    ['a@exa\u0000mple.com', 'recipient', 'invalid_address'],
    ['ada@', 'recipient', 'invalid_address'],
    ['ädä@example.com', 'message', 'no_smtputf8'],
  ])('C28: nothing is sent to %j', (to, fault, code) => {
    const refused = { kind: 'permanent', fault, error: { code } }
    expect(toMail(SENDER, mailMessage({ to }))).toMatchObject(refused)
  })

  it('C28: a domain of no script has no ASCII', () => {
    expect(withAsciiDomain('ada@ex%41mple。ü')).toBeNull()
  })
})

describe('the sender', () => {
  const address = 'a@example.com'
  it.each([
    ['Example', 'Example <a@example.com>'],
    ['Ünï 日本', 'Ünï 日本 <a@example.com>'],
    ['Acme, Inc.', '"Acme, Inc." <a@example.com>'],
    ['a" <eve@example.com>', '"a\\" <eve@example.com>" <a@example.com>'],
    ['back\\slash', '"back\\\\slash" <a@example.com>'],
    ['', 'a@example.com'],
  ])('C28: the name %j is written as %s', (name, expected) => {
    expect(formatSender({ name, address })).toBe(expected)
  })

  it('is the service’s brand on one line where no name is configured', () => {
    const mail = toMail(SENDER, mailMessage({ brandName: 'A\r\nBcc: eve@example.com' }))
    expect(mail).toMatchObject({ from: { name: 'A Bcc: eve@example.com' } })
    expect(toMail({ ...SENDER, name: 'Own' }, mailMessage())).toMatchObject({
      from: { name: 'Own', address: SENDER.address },
    })
  })

  it('in ASCII no word is longer than 75 characters, and none is cut within a character', () => {
    const name = '日本語の名前がとても長い会社 '.repeat(4).trim()
    const [, words = ''] =
      /^(.*) <a@example\.com>$/.exec(formatAsciiSender({ name, address })) ?? []
    const decoded = words.split(' ').map((word) => {
      expect(word.length).toBeLessThanOrEqual(75)
      const [, text = ''] = /^=\?UTF-8\?B\?([\w+/=]+)\?=$/.exec(word) ?? []
      return Buffer.from(text, 'base64').toString('utf8')
    })
    expect(decoded.length).toBeGreaterThan(2)
    expect(decoded.join('')).toBe(name)
    expect(decoded.join('')).not.toContain('\ufffd')
    expect(formatAsciiSender({ name: 'Example', address })).toBe('Example <a@example.com>')
  })

  it('has to be in ASCII', () => {
    expect(asciiSender({ MAIL_FROM: 'Ünï <a@bücher.example>' })).toEqual({
      name: 'Ünï',
      address: 'a@xn--bcher-kva.example',
    })
    expect(() => asciiSender({ MAIL_FROM: 'ü@example.com' })).toThrow('MAIL_FROM: has letters')
  })
})
