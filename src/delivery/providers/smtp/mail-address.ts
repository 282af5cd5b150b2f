// A recipient's address as SMTP takes it.
// It must not let an address end its command, hold a second one, or be read as another by a server (C28).

/** RFC 5321 §4.5.3.1.3: a path is 256 octets with its brackets. */
const MAX_ADDRESS_OCTETS = 254
/** Without separators, brackets and backslashes, which some server reads in its own way. */
const NAME = /^[^\s\p{Cc}<>,;:"()@\\[\]]+$/u
/** The same with blanks, between quotes. */
const QUOTED_NAME = /^"[^\t-\r\p{Cc}\p{Zl}\p{Zp}<>,;:"()@\\[\]]+"$/u
/** RFC 5321 §4.1.2 Dot-string: no dot at an end, none beside another. */
const DOT_STRING = /^[^.]+(\.[^.]+)*$/
const DOMAIN = /^[^\s\p{Cc}<>,;"()@\\]+$/u

/** With quotes where the name needs them (`a..b.@docomo.ne.jp`: RFC 5321 §4.1.2). null: it can't be sent to safely. */
export function toMailbox(address: string): string | null {
  const at = address.lastIndexOf('@')
  const name = address.slice(0, at)
  if (Buffer.byteLength(address) > MAX_ADDRESS_OCTETS || !DOMAIN.test(address.slice(at + 1)))
    return null
  if (QUOTED_NAME.test(name)) return address // mutant: C28.no-quoted-address
  if (at < 1 || !NAME.test(name)) return null // mutant: C28.mailer-address-check
  return DOT_STRING.test(name) ? address : `"${name}"${address.slice(at)}` // mutant: C28.envelope-quoting
}
