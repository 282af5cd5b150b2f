// The link of a mail: which starts may have one, and whether one is opened in the browser that asked for it.
// It must not decide what that approves: a link is checked as a code is, in the same commit and from the same attempts.

import type { Caller, LinkProof, Refusal, SendCommand } from './api.ts'
import type { Verdict } from './comparison.ts'
import type { Domain } from './domain.ts'
import type { ServicePolicy } from './policy.ts'
import type { Recipient } from './recipient.ts'
import { refuseFields, refuseMismatch } from './refuse.ts'
import { isOneOf } from './session-mac.ts'
import type { VerificationRecord } from './state.ts'

export const bindingParts = (service: string, binding: string) => ['binding', service, binding]

/** Why the mail of this start cannot have the link that it asks for. */
export function refuseLink(
  { hasPages }: Pick<Domain, 'hasPages'>,
  { linkUrl }: ServicePolicy,
  { kind }: Recipient,
  { front }: Pick<SendCommand, 'front'>,
): Refusal | undefined {
  if (!front?.link) return undefined
  const refuse = (field: string, detail: string) => refuseFields([{ field, detail }])
  if (kind !== 'email') return refuse('link', 'needs an e-mail address: a link goes out in a mail')
  if (front.linkBinding !== null && linkUrl === null)
    return refuse(
      'link_binding',
      'needs LINK_URL: the address at which your login flow takes links',
    )
  if (front.linkBinding === null && !hasPages)
    return refuse(
      'link',
      'needs PUBLIC_URL, for its page is at this service; or LINK_URL, with link_binding in the start',
    )
  return undefined
}

/**
 * A wrong value costs nothing: 128 bits of the link and what the asking browser holds are not guessed, and a scanner or
 * whoever the mail was forwarded to must not take a person's attempts.
 */
export async function judgeLink(
  { front, keyring }: Pick<Domain, 'front' | 'keyring'>,
  { service }: Caller,
  { id, kind }: VerificationRecord,
  { binding }: LinkProof,
  isBound: boolean,
): Promise<Verdict | Refusal> {
  const door = await front.find(id)
  const kept = door?.linkBindingMac
  const isTheirs =
    binding !== null &&
    kept &&
    isOneOf(kept, keyring.macs('link', bindingParts(service.name, binding)))
  if (!door?.link || !(isBound || isTheirs)) return refuseMismatch(['link_binding']) // mutant: C89.bound-browser
  return { valid: kind !== 'decoy', use: null, by: 'link' } // mutant: C89.decoy
}
