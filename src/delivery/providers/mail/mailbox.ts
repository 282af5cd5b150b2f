// Which addresses mail can be sent to safely, and how they are written (RFC 5321 §4.1.2).
// It must not let through what a server or a provider may read as another address (C28).

import { asciiDomain, mailbox, type SettingValues, wrong } from '../../provider-entry.ts'

export const MAIL_FROM_ROW = {
  name: 'MAIL_FROM',
  description: 'no-reply@example.com or Name <no-reply@example.com>',
  shared: true as const,
}

/** RFC 5321 §4.5.3.1.3: a path is 256 octets with its brackets. */
const MAX_ADDRESS_OCTETS = 254
/** Without separators, brackets and backslashes, which servers read in different ways. */
const NAME = /^[^\s\p{Cc}<>,;:"()@\\[\]]+$/u
/** The same with blanks, between quotes. */
const QUOTED_NAME = /^"[^\t-\r\p{Cc}\p{Zl}\p{Zp}<>,;:"()@\\[\]]+"$/u
/** RFC 5321 §4.1.2 Dot-string: no dot at either end, no two in a row. */
const DOT_STRING = /^[^.]+(\.[^.]+)*$/
const DOMAIN = /^[^\s\p{Cc}<>,;"()@\\]+$/u

/** With quotes where the name needs them (`a..b.@docomo.ne.jp`: RFC 5321 §4.1.2). null: sending to it is not safe. */
export function toMailbox(address: string): string | null {
  const at = address.lastIndexOf('@')
  const name = address.slice(0, at)
  if (Buffer.byteLength(address) > MAX_ADDRESS_OCTETS || !DOMAIN.test(address.slice(at + 1)))
    return null
  if (QUOTED_NAME.test(name)) return address // mutant: C28.no-quoted-address
  if (at < 1 || !NAME.test(name)) return null // mutant: C28.mailer-address-check
  return DOT_STRING.test(name) ? address : `"${name}"${address.slice(at)}` // mutant: C28.envelope-quoting
}

/** The domain as DNS knows it. @param address one that `toMailbox` has read. null: it has no such domain */
export function withAsciiDomain(address: string): string | null {
  const at = address.lastIndexOf('@')
  const domain = asciiDomain(address.slice(at + 1))
  return domain && `${address.slice(0, at)}@${domain}`
}

/** Also where letters were made small on the way, which few servers distinguish. */
export function isSameMailbox(one: string, other: string): boolean {
  const [first, second] = [one, other].map((address) => {
    const mailbox = toMailbox(address)
    return mailbox && withAsciiDomain(mailbox)?.toLowerCase()
  })
  return first !== null && first === second
}

export const isAscii = (text: string) => /^[\x20-\x7e]*$/.test(text)

/** `name` null: the service's brand is shown. */
export type Sender = { name: string | null; address: string }

/** For providers that carry ASCII addresses only. @throws ProviderSettingError */
export function asciiSender(values: SettingValues): Sender {
  const sender = mailbox(values, MAIL_FROM_ROW.name)
  if (isAscii(sender.address)) return sender
  throw wrong(MAIL_FROM_ROW.name, 'has letters beyond ASCII before its @: this provider takes none')
}
