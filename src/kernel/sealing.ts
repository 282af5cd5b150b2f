// The sealed values, and their associated data: a value moved to another row or column does not open (I9: bound to its row).
// Neither may change: what was sealed under another context, or in another form, could not be opened.

export function recipientContext(verificationId: string): string {
  return `${verificationId}:recipient`
}

export function codeContext(verificationId: string): string {
  return `${verificationId}:code` // mutant: I9.code-seal-context
}

export function subjectContext(factorId: string): string {
  return `${factorId}:subject`
}

export function secretContext(factorId: string): string {
  return `${factorId}:secret`
}

export function recoveryHashContext(factorId: string, selector: string): string {
  return `${factorId}:recovery:${selector}` // mutant: I9.selector-seal-context
}

/** @param budgetIndex of the person named by a refused request: a row without a verification has no id to bind to */
export function refusalContext(budgetIndex: Uint8Array): string {
  return `refused:${Buffer.from(budgetIndex).toString('hex')}`
}

/** Of the hosted page's one-use codes, which no row keeps. */
export const approvalCodeContext = 'approval-code'

/** Of the numbers that a level of the shield has met: they name people together with its value. */
export function levelContext(rule: string, service: string, value: string): string {
  return `shield:${rule}:${service}:${value}`
}

/** One of the two: an E.164 number or address, or a login flow's own id of a user. */
export type PartyNames = { to: string; subject: null } | { to: null; subject: string }

/** One text to be sealed, and which of the two it is with it. */
export function writePartyText({ to, subject }: PartyNames): string {
  return to === null ? `s${subject}` : `t${to}`
}

/** @param text from `writePartyText` */
export function readPartyText(text: string): PartyNames {
  const rest = text.slice(1)
  return text.startsWith('s') ? { to: null, subject: rest } : { to: rest, subject: null }
}
