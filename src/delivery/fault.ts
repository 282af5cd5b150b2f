// The origin of a failure, by its code: a fault of the service (every message meets it), of a place, or of one recipient.
// Advice on each is in admin/advice/.

import type { SendResult } from './ports.ts'

/** `service`: the way to the provider or the account there. `place`: a country or domain. `unclear`: any of them. */
export type Fault = 'none' | 'service' | 'place' | 'recipient' | 'unclear'

const setOf = (codes: string) => new Set(codes.trim().split(/\s+/))

/** No recipient can cause these. Of Twilio: the account, its token, its state. */
const SERVICE = setOf(`
  connection_refused connection_failed connect_timeout unreachable name_not_found tls_failed not_http
  starttls_refused no_provider http_401 http_402 http_407 smtp_530 smtp_535 smtp_538
  10001 20003 20005 20404 30002`)
/** Twilio: geo permissions, senders that are not registered for a country. */
const PLACE = setOf('21408 30032 30034')
/** Twilio: no such number, opted out, not a mobile number, not reachable, blocked by its owner. */
const RECIPIENT = setOf(`
  21211 21608 21610 21614 21635 30003 30004 30005 30006 60205
  invalid_address no_smtputf8 quoted expired_before_sent unreadable`)
/** RFC 3463 §3.2, RFC 7505 §4: the domain does not exist, cannot be reached, or takes no mail. */
const SMTP_PLACE = /^smtp_5\d\d_5\.(1\.2|4\.4)$|^smtp_556(_|$)/
/**
 * RFC 3463 §3.2 and §3.3: the mailbox is unknown, moved, disabled or full. Exchange answers 5.1.10 and 5.4.1, and servers
 * without such codes only 550, 551 and 553 (RFC 5321 §4.2.3).
 */
const SMTP_RECIPIENT =
  /^smtp_[45]\d\d_[45]\.(1\.[136]|2\.\d+)$|^smtp_5\d\d_5\.(1\.10|4\.1)$|^smtp_55[013]$/
/** RFC 4954 §6: the login. */
const SMTP_SERVICE = /^smtp_[45]\d\d_[45]\.7\.(8|9|11)$/

export function faultOf(result: SendResult): Fault {
  if (result.kind === 'accepted') return 'none'
  const { code } = result.error
  if (SERVICE.has(code) || SMTP_SERVICE.test(code)) return 'service'
  if (PLACE.has(code) || SMTP_PLACE.test(code)) return 'place'
  return RECIPIENT.has(code) || SMTP_RECIPIENT.test(code) ? 'recipient' : 'unclear' // mutant: C49.missing-mailbox-neutral
}
