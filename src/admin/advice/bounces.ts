// Mails that an API's provider accepted and that did not arrive, in the words of its reports.
// It must not repeat a mail server's text: it quotes the address.

import { type Advice, forUser, lasting, OPERATOR, OTHER_ADDRESS, repeatable } from './words.ts'

type ByCode = Readonly<Record<string, Advice>>

const NO_MAILBOX = forUser(
  'unknown',
  lasting(
    'The mailbox does not exist, or accepts no mail.',
    `Check the spelling with the user. ${OTHER_ADDRESS}`,
  ),
)
const FULL = forUser(
  'full',
  repeatable('The mailbox is full.', 'The user makes room, or uses another address.'),
)
const NO_MORE = lasting(
  'The provider sends nothing more to this address: an earlier message bounced, or was reported as spam.',
  `If the user says that the address works, the operator takes it off the provider’s suppression list. ${OTHER_ADDRESS}`,
)
const UNSUBSCRIBED = forUser(
  'opted_out',
  lasting(
    'The user has unsubscribed from mail of this sender.',
    `The operator takes the address off the provider’s list where the user wants that. ${OTHER_ADDRESS}`,
  ),
)
const REFUSED = forUser(
  'filtered',
  lasting(
    'The mail server refuses the message by its rules: it considers the sender, or the text, unwanted.',
    'The operator checks SPF, DKIM and the reputation of the sender. The user can ask their mail provider to allow the sender.',
  ),
)
const NOT_NOW = repeatable(
  'The mail server could not accept the message in time.',
  'If it lasts, the user gives another address.',
)
const UNCLEAR = repeatable('The message bounced, and the mail server did not say clearly why.')
const NOT_SENT = lasting(
  'The provider did not send the message.',
  `The operator looks for its id in the provider’s own log. ${OPERATOR}`,
)
const USED_UP = lasting(
  'The account has used up its messages or its credits.',
  `The operator raises the quota, or waits for the next period. ${OPERATOR}`,
)

/** Of Amazon SES, and of Resend, which sends by it. */
export const SES_BOUNCES: ByCode = {
  'Permanent.General': NO_MAILBOX,
  'Permanent.NoEmail': NO_MAILBOX,
  'Permanent.OnAccountSuppressionList': NO_MORE,
  'Permanent.Suppressed': NO_MORE,
  'Permanent.UnsubscribedRecipient': UNSUBSCRIBED,
  'Transient.AttachmentRejected': REFUSED,
  'Transient.ContentRejected': REFUSED,
  'Transient.CustomTimeoutExceeded': NOT_NOW,
  'Transient.General': NOT_NOW,
  'Transient.MailboxFull': FULL,
  'Transient.MessageTooLarge': REFUSED,
  'Undetermined.Undetermined': UNCLEAR,
  Reject: NOT_SENT,
  'Rendering Failure': NOT_SENT,
  failed: NOT_SENT,
  suppressed: NO_MORE,
}

export const SENDGRID_EVENTS: ByCode = {
  blocked: REFUSED,
  bounce: NO_MAILBOX,
  dropped: NOT_SENT,
  'dropped-bounced': NO_MORE,
  'dropped-invalid': NO_MAILBOX,
  'dropped-quota': USED_UP,
  'dropped-spam-report': NO_MORE,
  'dropped-unsubscribed': UNSUBSCRIBED,
}

export const POSTMARK_BOUNCES: ByCode = {
  BadEmailAddress: NO_MAILBOX,
  Blocked: REFUSED,
  ChallengeVerification: REFUSED,
  DMARCPolicy: REFUSED,
  DnsError: NO_MAILBOX,
  HardBounce: NO_MAILBOX,
  ManuallyDeactivated: NO_MORE,
  SMTPApiError: NOT_SENT,
  SoftBounce: NOT_NOW,
  SpamNotification: REFUSED,
  TemplateRenderingFailed: NOT_SENT,
  Transient: NOT_NOW,
  Undeliverable: NOT_NOW,
  VirusNotification: REFUSED,
}
