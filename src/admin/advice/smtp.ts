// Mail: by the enhanced code where the server gives one (RFC 3463, RFC 7372), else by the reply code (RFC 5321 §4.2.3).

import {
  type Advice,
  forUser,
  lasting,
  OPERATOR,
  OTHER_ADDRESS,
  passing,
  repeatable,
} from './words.ts'

const SPELLING = `Check the spelling with the user. ${OTHER_ADDRESS}`
const NO_MAILBOX = forUser(
  'unknown',
  lasting('The mailbox does not exist, or accepts no mail.', SPELLING),
)
const FULL = forUser(
  'full',
  repeatable('The mailbox is full.', 'The user makes room, or uses another address.'),
)
const NO_DOMAIN = forUser(
  'unknown',
  lasting('The part of the address after the @ does not exist, or accepts no mail.', SPELLING),
)
const BLOCKED = forUser(
  'filtered',
  lasting(
    'The mail server refuses the message by its rules: it considers the sender, or the text, unwanted.',
    'The operator checks SPF, DKIM and the reputation of the sender. The user can ask their mail provider to allow the sender.',
  ),
)
const UNPROVEN = lasting(
  'The mail server requires proof that the sender is genuine (SPF, DKIM, DMARC), and finds none.',
  `The operator sets up SPF and DKIM for the domain of MAIL_FROM. ${OPERATOR}`,
)
const LOGIN = lasting(
  'The mail server does not accept the login of this service.',
  `The operator corrects user and password in SMTP_URL. ${OPERATOR}`,
)
const LATER = passing(
  'The mail server cannot accept the message at the moment (some do this on purpose with an unknown sender).',
)
const TOO_MUCH = passing(
  'The mail server reports too many messages from this sender.',
  'The operator asks for a higher rate.',
)

const TOO_LONG = lasting(
  'The message is too long for the mail server.',
  `The operator shortens the text. ${OPERATOR}`,
)

/** Of class 4 and class 5 alike. */
const BY_ENHANCED: Readonly<Record<string, Advice>> = {
  '1.1': NO_MAILBOX,
  '1.2': NO_DOMAIN,
  '1.3': NO_MAILBOX,
  '1.6': NO_MAILBOX,
  '1.10': NO_DOMAIN,
  '1.7': UNPROVEN,
  '1.8': UNPROVEN,
  '2.1': lasting('The mailbox is switched off.', OTHER_ADDRESS),
  '2.2': FULL,
  '2.3': TOO_LONG,
  '3.2': LATER,
  '3.4': TOO_LONG,
  '4.4': NO_DOMAIN,
  '4.5': LATER,
  '5.3': TOO_MUCH,
  '7.0': BLOCKED,
  '7.1': BLOCKED,
  '7.8': LOGIN,
  '7.9': LOGIN,
  '7.20': UNPROVEN,
  '7.23': UNPROVEN,
  '7.25': UNPROVEN,
  '7.26': UNPROVEN,
  '7.28': TOO_MUCH,
}

const BY_REPLY: Readonly<Record<number, Advice>> = {
  421: LATER,
  450: LATER,
  451: LATER,
  452: FULL,
  530: LOGIN,
  534: LOGIN,
  535: LOGIN,
  550: lasting(
    'The mail server refuses the message: most often the mailbox does not exist; some give this answer to mail that they consider unwanted.',
    SPELLING,
  ),
  551: NO_MAILBOX,
  552: FULL,
  553: NO_MAILBOX,
  554: BLOCKED,
}

/** `smtp_550`, or `smtp_550_5.1.1` where the server gave more; `5.1.1` alone in a provider's report. */
export function adviseOnReply(code: string): Advice | undefined {
  const [, reply, detail] =
    /^(?:smtp_(\d{3})(?:_(?=[45])|$))?(?:[45]\.(\d{1,3}\.\d{1,3}))?$/.exec(code) ?? []
  const found = detail === undefined ? undefined : BY_ENHANCED[detail]
  return found ?? (reply === undefined ? undefined : BY_REPLY[Number(reply)])
}
