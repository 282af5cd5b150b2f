// A recipient or a subject as one text to be sealed: which of the two it was is sealed with it.
// It must not change: what was sealed in another form could not be read.

/** One of the two: an E.164 number or address, or a login flow's own id of a user. */
export type PartyNames = { to: string; subject: null } | { to: null; subject: string }

export function writePartyText({ to, subject }: PartyNames): string {
  return to === null ? `s${subject}` : `t${to}`
}

/** @param text from `writePartyText` */
export function readPartyText(text: string): PartyNames {
  const rest = text.slice(1)
  return text.startsWith('s') ? { to: null, subject: rest } : { to: rest, subject: null }
}
