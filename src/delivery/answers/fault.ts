// How far a failure reaches, which is what one of them proves about the next message to somebody else (C49): decoys go by it.
// Whose fault a permanent answer is, its provider says (ports.ts); advice on each is in admin/advice/.

import type { Refusal } from '../ports.ts'

/** `everybody`: any message meets it. `place`: any to this country or domain. `unclear`: any of them, or one person's alone. */
export type Reach = 'everybody' | 'place' | 'person' | 'unclear'

const setOf = (codes: string) => new Set(codes.trim().split(/\s+/))

/** The way to the provider: no recipient can cause these. */
const NO_WAY = setOf(`
  connection_refused connection_failed connect_timeout unreachable name_not_found tls_failed not_http`)
/** RFC 4954 §6: the login, refused for now. */
const LOGIN_FOR_NOW = /^smtp_4\d\d_4\.7\.(8|9|11)$/
/** RFC 3463 §3.2 and §3.3: one mailbox, whatever the class of the reply. */
const MAILBOX = /^smtp_[45]\d\d_[45]\.(1\.[136]|2\.\d+)$|^smtp_55[013]$/
/** RFC 3463 §3.2, RFC 7505 §4: the domain does not exist, cannot be reached, or takes no mail. */
const DOMAIN = /^smtp_5\d\d_5\.(1\.2|4\.4)$|^smtp_556(_|$)/
/** Of Twilio, Vonage and AWS: countries that are blocked, senders that are not registered for one. Other codes of a destination depend on the number. */
const COUNTRY = setOf(`
  21408 30032 30034 1474 COUNTRY_NOT_ENABLED DESTINATION_COUNTRY_BLOCKED
  DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION`)
/** Gateways answer these for one number as well: a stranger may have one. */
const MAYBE_ONE = /^http_(3\d\d|403|404)$/
/** What an address or a person's own message brings about, whatever the fault is. */
const OWN = setOf('no_smtputf8 quoted expired_before_sent unreadable')

export function reachOf(refusal: Refusal): Reach {
  const { code } = refusal.error
  if (OWN.has(code)) return 'person'
  if (refusal.kind !== 'permanent') {
    if (NO_WAY.has(code) || LOGIN_FOR_NOW.test(code)) return 'everybody'
    return MAILBOX.test(code) ? 'person' : 'unclear'
  }
  if (refusal.fault === 'account') return MAYBE_ONE.test(code) ? 'unclear' : 'everybody' // mutant: C49.status-of-one-number
  if (refusal.fault === 'destination') return COUNTRY.has(code) ? 'place' : 'unclear' // mutant: C49.destination-of-one-number
  if (DOMAIN.test(code)) return 'place'
  const isTheirs = refusal.fault === 'recipient' || MAILBOX.test(code) // mutant: C49.missing-mailbox-neutral
  return isTheirs ? 'person' : 'unclear'
}
