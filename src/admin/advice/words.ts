// What an advice is, and the sentences that several failures share.
// It must not name a provider (that is each provider's own file), nor an action of the page: offers.ts knows which there are.

/** What on the page itself may help: the same channel once more, another one, or nothing that can be sent. */
export type Remedy = 'again' | 'channel' | 'none'

export type Advice = {
  /** What happened, for the reader who talks with the user. */
  meaning: string
  /** What somebody does beside the page; '': nothing. */
  action: string
  /** What the user does as long as the code is still good; '': nothing. */
  meanwhile: string
  remedy: Remedy
  /** In place of another channel, where the page offers none; '': nothing. */
  otherwise: string
  /** It may do well at the next try, which comes automatically while there is time. */
  isPassing: boolean
}

/** Sending the same again will not help. @param action what does */
export function lasting(meaning: string, action: string): Advice {
  return { meaning, action, meanwhile: '', remedy: 'none', otherwise: '', isPassing: false }
}

/** Another message may get through once the action is done. @param action '' where nothing else is needed */
export function repeatable(meaning: string, action = ''): Advice {
  return { ...lasting(meaning, action), remedy: 'again' }
}

/** No message by this channel gets through. @param otherwise where the page offers no other */
export function otherChannel(meaning: string, otherwise: string, action = ''): Advice {
  return { ...lasting(meaning, action), remedy: 'channel', otherwise }
}

/** @param action beside the next try; '' where that is all */
export function passing(meaning: string, action = ''): Advice {
  return { ...repeatable(meaning, action), isPassing: true }
}

/** The message may have arrived: as long as its code is good, the user may have it. */
export function uncertain(advice: Advice): Advice {
  return {
    ...advice,
    meanwhile: 'Ask the user to wait a minute and to use the code that comes.',
  }
}

export const OTHER_NUMBER =
  'Ask the user for another number; they start over with it in your login flow.'
export const OTHER_ADDRESS =
  'Ask the user for another address; they start over with it in your login flow.'
export const MOBILE_NUMBER =
  'Ask the user for a mobile number or an e-mail address; they start over with it in your login flow. Another text will not help.'
export const OPERATOR = 'No message will get through before that.'
export const START_OVER = 'Ask the user to start over in your login flow.'
