// The words of the hosted page in one language: plain data, without HTML or anything that a caller chose.

/**
 * Numbers come after a colon, and times as minutes and seconds (`0:27`): no language needs plural forms or cases for them.
 * `{{brand}}`, `{{purpose}}`, `{{to}}`, `{{channel}}`, `{{time}}`, `{{count}}` and `{{reference}}` are put in.
 */
export type PageTexts = {
  /** What the person is about to do, by purpose: the page's heading. */
  login: string
  signup: string
  payment: string
  reset: string
  other: string
  /** What became of the message. */
  trying: string
  sent: string
  delivered: string
  failed: string
  /** Of a factor, for which nothing is sent. */
  app: string
  recovery: string
  /** Of a page that may not check. */
  elsewhere: string
  /** Names of channels; the others have the same name everywhere. */
  email: string
  voice: string
  code: string
  go: string
  again: string
  againIn: string
  instead: string
  left: string
  time: string
  /** Notices after a form. */
  wrong: string
  shape: string
  wait: string
  busy: string
  resent: string
  /** Ends. */
  approved: string
  close: string
  spent: string
  expired: string
  canceled: string
  restart: string
  back: string
  taken: string
  gone: string
  /** For support. */
  reference: string
  warning: string
}
