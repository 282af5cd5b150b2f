// The shape of the built-in texts of one language: plain data, without links or anything that a caller chose.

/** By the category of CLDR's plural rules; `#` is the number. */
export type Forms = { other: string } & { [Category in Intl.LDMLPluralRule]?: string }

/**
 * `{{validity}}` becomes `10 minutes` or `45 seconds`, `{{short}}` the same in short. No text says "new code": every
 * message of a verification holds the same one.
 */
export type LanguageTexts = {
  /**
   * The first that fits into one part is sent. Where everyday spelling allows, without letters that GSM-7 lacks
   * (3GPP TS 23.038 §6.2.1): one of them halves the room. `plain` is also what a mailbox's list shows of a mail.
   */
  sms: readonly [full: string, plain: string, ...shorter: string[]]
  subject: string
  /** Ends with the code. */
  subjectWithCode: string
  /** Above the code, below it, and advice for people who did not ask for it. */
  intro: string
  validity: string
  warning: string
  /** Of a mail with a link beside its code: above the link, which stands alone. Ends with a colon. */
  link: string
  /** In the grammatical case that the sentences above need. */
  minute: Forms
  second: Forms
  /** Absent: as in full. */
  short?: { minute: string; second: string }
}

/** What a call speaks: never the code before a key was pressed, so that voicemail does not keep it. */
export type CallTexts = {
  /** Who calls, and that a key is to be pressed. */
  prompt: string
  /** Read twice; its digits one by one. */
  code: string
  /** In place of a code that is no longer told. */
  over: string
}
