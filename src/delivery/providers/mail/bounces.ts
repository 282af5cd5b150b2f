// Bounces in the words of Amazon SES, which Resend, too, sends by: whether one is for good, and whose fault it is.

import type { Codes } from '../../answers/coded-answer.ts'
import { undeliveredOf } from '../../receipts/callbacks.ts'
import type { Receipt } from '../../receipts/ports.ts'

export const BOUNCES: Codes = {
  'Permanent.General': ['recipient', 'the address bounced for good'],
  'Permanent.NoEmail': ['recipient', 'the mailbox does not exist'],
  'Permanent.OnAccountSuppressionList': ['recipient', 'the address bounced or complained before'],
  'Permanent.Suppressed': ['recipient', 'the address bounced before'],
  'Permanent.UnsubscribedRecipient': ['recipient', 'the recipient has unsubscribed'],
  'Transient.AttachmentRejected': ['message', 'the mail server refused the content'],
  'Transient.ContentRejected': ['message', 'the mail server refused the content'],
  'Transient.CustomTimeoutExceeded': ['message', 'the mail expired before it was delivered'],
  'Transient.General': ['message', 'the mail bounced, perhaps for a while only'],
  'Transient.MailboxFull': ['recipient', 'the mailbox is full'],
  'Transient.MessageTooLarge': ['message', 'the mail is too large'],
  'Undetermined.Undetermined': ['message', 'the mail bounced, and the answer does not say why'],
}

const WORD = /^[A-Za-z]{1,40}$/
const wordOf = (value: unknown) => (typeof value === 'string' && WORD.test(value) ? value : '-')

/** @param about its id and its time */
export function bounceOf(
  type: unknown,
  subType: unknown,
  about: Pick<Receipt, 'reference' | 'at'>,
): Receipt {
  const isHard = type === 'Permanent'
  const code = `${wordOf(type)}.${wordOf(subType)}`
  const known = Object.hasOwn(BOUNCES, code) || !isHard ? code : 'Permanent.General'
  return undeliveredOf(known, BOUNCES, about, isHard ? 'bounce' : null)
}
