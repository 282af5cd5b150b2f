// A message as the APIs of mail providers take it: the same parts and headers as by SMTP.
// It must not let a name or a subject end its line.

import { type OutgoingMessage, permanent, type Refusal } from '../../ports.ts'
import { isAscii, type Sender, toMailbox, withAsciiDomain } from './mailbox.ts'

/** RFC 3834 §5: no out-of-office answers. The second one is Exchange's own. */
export const AUTOMATIC_HEADERS = {
  'Auto-Submitted': 'auto-generated',
  'X-Auto-Response-Suppress': 'All',
} as const

/** The same for every try: mail servers and programs show a message that arrives twice only once. */
export function messageIdOf(deliveryId: string, sender: Sender): string {
  return `<${deliveryId}${sender.address.slice(sender.address.lastIndexOf('@'))}>`
}

export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}

export type Mail = {
  kind: 'mail'
  deliveryId: string
  /** ASCII, quoted where it has to be. */
  to: string
  from: { name: string; address: string }
  subject: string
  text: string
  html: string | null
  messageId: string
}

/** No API says that it carries SMTPUTF8, and SES and Postmark say that they do not: another provider may. */
export function toMail(sender: Sender, message: OutgoingMessage): Mail | Refusal {
  const mailbox = toMailbox(message.to)
  const to = mailbox && withAsciiDomain(mailbox)
  if (to === null)
    return permanent('recipient', 'invalid_address', 'mail cannot be sent to this address')
  if (!isAscii(to))
    return permanent('message', 'no_smtputf8', 'the provider accepts ASCII addresses only')
  const { deliveryId, text, html, brandName } = message
  return {
    kind: 'mail',
    deliveryId,
    to,
    from: { name: oneLine(sender.name ?? brandName), address: sender.address },
    subject: oneLine(message.subject ?? ''),
    text,
    html,
    messageId: messageIdOf(deliveryId, sender),
  }
}

/** Letters of any script, digits, blanks, and what RFC 5322 §3.2.3 allows in an atom. */
const PLAIN_NAME = /^[\p{L}\p{M}\p{N} !#$%&'*+/=?^_`{|}~-]+$/u

/** `Name <address>`, in quotes where the name needs them (RFC 5322 §3.2.4). */
export function formatSender({ name, address }: Mail['from']): string {
  if (name === '') return address
  const shown = PLAIN_NAME.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"` // mutant: C28.api-sender-name
  return `${shown} <${address}>`
}

/** RFC 2047 §2: an encoded word is at most 75 characters, which leaves 45 octets. */
const WORD_OCTETS = 45

/** The same in ASCII (RFC 2047 §5): no word is cut within a character. */
export function formatAsciiSender({ name, address }: Mail['from']): string {
  if (isAscii(name)) return formatSender({ name, address })
  const words = ['']
  for (const character of name) {
    const longer = `${words.at(-1)}${character}`
    if (Buffer.byteLength(longer) <= WORD_OCTETS) words[words.length - 1] = longer
    else words.push(character)
  }
  const encoded = words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`)
  return `${encoded.join(' ')} <${address}>`
}
