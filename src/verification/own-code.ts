// A code that its caller made and checks: its form, what a start with it may ask for, and which verifications its keys reach.
// It must not let a text through: what is sent are our templates, with at most twelve letters and digits in them.

import { createId } from '../kernel/ids.ts'
import type { Caller, FieldError, SendCommand } from './api.ts'
import type { Domain } from './domain.ts'
import type { ObtainedCode } from './start-plan.ts'
import type { VerificationRecord } from './state.ts'

/** ASCII alone: nothing that looks like another letter, turns the line, or is a link. */
const OWN_CODE = /^[0-9A-Za-z]{4,12}$/
const OWN_CODE_WORDS = '4 to 12 digits and letters (0-9, A-Z, a-z)'
export const isOwnCode = (text: string): boolean => OWN_CODE.test(text)

/** Empty: it can be started so, or the code is ours. What belongs to a check, which is the caller's; the front door's fields end in an approval, which nothing here makes. */
export function ownCodeFaults(command: SendCommand): FieldError[] {
  const { ownCode, session, codeLength, front } = command
  if (ownCode === undefined) return []
  const errors: FieldError[] = []
  const refuse = (field: string, detail: string) => errors.push({ field, detail })
  const elsewhere = 'has no meaning for a code that is checked elsewhere'
  if (!isOwnCode(ownCode)) refuse('code', `is not ${OWN_CODE_WORDS}`) // mutant: C92.no-free-text
  if (session !== null) refuse('session', `${elsewhere}: use an Idempotency-Key`)
  if (codeLength !== null) refuse('code_length', `${elsewhere}: the code has its own`)
  if (front) {
    if (front.nonce !== null) refuse('nonce', `${elsewhere}: there is no approval to sign`)
    if (front.returnUrl !== null) refuse('return_url', `${elsewhere}: no page can take the code`)
    if (front.link) refuse('link', `${elsewhere}: a link would approve`)
  }
  return errors
}

/** No hash is made of it: there is nothing to compare here. */
export function takeOwnCode({ clock, keyring }: Domain, code: string): ObtainedCode {
  const about = { id: createId('vrf', clock.now()), code, hash: null }
  return {
    ready: async () => ({ ...about, pepperKeyId: keyring.currentKeyId }),
    giveBack: () => {},
  }
}

/** A key of the scope `relay` has to do with its own kind alone: to it the service's others do not exist. */
export function reaches({ ownCodesOnly }: Caller, { checkedBy }: VerificationRecord): boolean {
  return !ownCodesOnly || checkedBy === 'caller' // mutant: C92.relay-key-reach
}
