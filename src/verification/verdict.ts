// What the lists say of a start, as the domain needs it: whether it is let through, must solve a challenge first, or is refused.
// It must not know entries: src/shield finds the one that decides.

import type { Caller, Refusal } from './api.ts'
import type { Recipient } from './recipient.ts'

/** Null: nothing is sent, as to a factor; or no address is known. */
export type Judged = { recipient: Recipient | null; clientIp: string | null }

export type Verdict = {
  effect: 'challenge' | 'refuse'
  /** The id of the entry. */
  entry: string
  /** By what it was found: the recipient, or the network that the request came from. */
  about: 'recipient' | 'client'
}

/**
 * In memory. Where an entry of the shield's own making would stop somebody there is one read: a recipient who was approved
 * here before passes it. Undefined: it is let through. @throws StoreUnavailableError
 */
export type Judge = (
  service: string,
  judged: Judged,
) => Verdict | undefined | Promise<Verdict | undefined>

/** Nothing about the reason: a stranger who is blocked learns which support case it is, and no more. */
export function refuseBlocked({ about, entry }: Verdict): Refusal {
  const [error, what] =
    about === 'client'
      ? (['client_blocked', 'requests from this network are refused'] as const)
      : (['recipient_blocked', 'this recipient gets no messages here'] as const)
  const detail = `${what}; nothing was sent or counted. Support finds the reason by the reference ${entry}`
  return { kind: 'refused', error, detail, reference: entry }
}

/** @param judged null: nothing is ever sent, as to a test recipient */
export async function refuseListed(
  judge: Judge,
  { service }: Pick<Caller, 'service'>,
  judged: Judged | null,
): Promise<Refusal | undefined> {
  const verdict = judged === null ? undefined : await judge(service.name, judged)
  return verdict?.effect === 'refuse' ? refuseBlocked(verdict) : undefined
}
