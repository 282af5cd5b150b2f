// Whose fault a mail server's refusal is: by its enhanced code (RFC 3463, RFC 5248), else by its reply and when it came.
// It must not blame the account for what a recipient's own server can bring about: any stranger may run one.

import type { Fault } from '../../ports.ts'

/** RFC 3463 §3.2 to §3.5, RFC 7505 §4: the mailbox or its domain. No other provider reaches it. Exchange answers 4.1. */
const RECIPIENT = /^5\.(1\.([12346]|10)|2\.[0124]|4\.[14])$/
/** RFC 3463 §3.3, §3.4 and §3.7: the mail is too long, or of a form that the server does not take. MAIL names its size (RFC 1870). */
const FORM = /^5\.(2\.3|3\.4|6\.\d+)$/
/** RFC 4954 §6, RFC 5248 §2.4: the login, or an account that was switched off. */
const ACCOUNT = /^5\.7\.([89]|1[134])$/
/** RFC 4954 §6: authentication required, too weak, refused. */
const LOGIN_REPLIES = new Set([530, 534, 535, 538])
/** RFC 5321 §4.2.3, RFC 7504, RFC 7505: of a recipient's command. 552 is a full mailbox there, and a long mail after it. */
const RECIPIENT_REPLIES = new Set([521, 550, 551, 552, 553, 556])

/**
 * `recipient`: the answer is to RCPT, or it is not known to what. `before`: to the connection, the login or the sender,
 * when the server had not heard of the recipient. `after`: to the mail.
 */
export type Stage = 'before' | 'recipient' | 'after'

/** @param command of the error, as nodemailer names it */
export function stageOf(command: string | undefined): Stage {
  if (command === 'DATA') return 'after'
  return command === undefined || command === 'RCPT TO' || command === 'API'
    ? 'recipient'
    : 'before'
}

/**
 * "Relay access denied" (550 5.7.1 to RCPT) is the message's: some servers refuse a domain or a sender in these words, and
 * another provider may take it. The account would be silenced by it.
 * @param enhanced '' without one
 */
export function faultOfReply(reply: number, enhanced: string, stage: Stage): Fault {
  if (LOGIN_REPLIES.has(reply) || ACCOUNT.test(enhanced)) return 'account'
  if (stage === 'before') return FORM.test(enhanced) ? 'message' : 'account' // mutant: C53.smtp-before-recipient
  if (RECIPIENT.test(enhanced)) return 'recipient' // mutant: C53.smtp-recipient-code
  if (enhanced !== '' || stage === 'after') return 'message' // mutant: C53.smtp-relay-denied
  return RECIPIENT_REPLIES.has(reply) ? 'recipient' : 'message'
}

/** Of a stored code, which does not say to what it was the answer. */
export function faultOfCode(code: string): Fault | undefined {
  if (code === 'invalid_address') return 'recipient'
  if (code === 'starttls_refused') return 'account'
  const [, reply, enhanced = ''] = /^smtp_(5\d\d)(?:_([\d.]+))?$/.exec(code) ?? []
  return reply === undefined ? undefined : faultOfReply(Number(reply), enhanced, 'recipient')
}
