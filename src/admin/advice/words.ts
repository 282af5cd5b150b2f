// The shape of advice, and the sentences that several failures share.
// It must not name an action of the page: offers.ts knows which exist.

import type { MessageReason } from '../../front/message-words.ts'

/** On the page: the same channel again, another one, or nothing. */
export type Remedy = 'again' | 'channel' | 'none'

export type Advice = {
  /** What happened, for a reader who is talking to the user. */
  meaning: string
  /** What somebody does elsewhere than on the page; '': nothing. */
  action: string
  /** What the user does while the code still works; '': nothing. */
  meanwhile: string
  remedy: Remedy
  /** Instead of another channel, where the page offers none; '': nothing. */
  otherwise: string
  /** The next try may succeed; it comes automatically while there is time. */
  isPassing: boolean
  /** For the user’s own eyes; absent: nothing that they can help. */
  reason?: MessageReason
}

/** The user is shown as much, where they have passed another factor. */
export const forUser = (reason: MessageReason, advice: Advice): Advice => ({ ...advice, reason })

/** Sending the same again does not help. @param action what does */
export function lasting(meaning: string, action: string): Advice {
  return { meaning, action, meanwhile: '', remedy: 'none', otherwise: '', isPassing: false }
}

/** Another message may get through after the action. @param action '': it may without one */
export function repeatable(meaning: string, action = ''): Advice {
  return { ...lasting(meaning, action), remedy: 'again' }
}

/** No message by this channel gets through. @param otherwise where the page offers no other channel */
export function otherChannel(meaning: string, otherwise: string, action = ''): Advice {
  return { ...lasting(meaning, action), remedy: 'channel', otherwise }
}

/** @param action in addition to the next try; '': none */
export function passing(meaning: string, action = ''): Advice {
  return { ...repeatable(meaning, action), isPassing: true }
}

/** The message may have arrived: while its code works, the user may have it. */
export function uncertain(meaning: string, action = ''): Advice {
  const meanwhile = 'Ask the user to wait a minute and to use the code that arrives.'
  return { ...passing(meaning, action), meanwhile }
}

export const OTHER_NUMBER = 'Ask the user to start over with another number in your login flow.'
export const OTHER_ADDRESS = 'Ask the user to start over with another address in your login flow.'
export const MOBILE_NUMBER =
  'Ask the user to start over in your login flow with a mobile number or an e-mail address. Another text will not help.'
export const OPERATOR = 'No message will get through until then.'
export const START_OVER = 'Ask the user to start over in your login flow.'
