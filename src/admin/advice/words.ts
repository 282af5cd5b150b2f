// What an advice is, and the sentences that several failures share.
// It must not name a provider: that is each provider's own file.

export type Advice = {
  /** What happened, for who talks with the person. */
  meaning: string
  /** What to do now, and who does it. */
  action: string
  /** It may do well at the next try, which comes by itself while there is time. */
  isPassing: boolean
}

/** Trying again alone will not help. */
export function lasting(meaning: string, action: string): Advice {
  return { meaning, action, isPassing: false }
}

/** @param action beside the next try; '' where that is all */
export function passing(meaning: string, action = ''): Advice {
  return { meaning, action, isPassing: true }
}

export const OTHER_NUMBER = 'Ask the person for another number.'
export const OTHER_ADDRESS = 'Ask the person for another address.'
export const NO_TEXTS =
  'Ask for a mobile number, or offer a code by e-mail. Another text will not help.'
export const OPERATOR = 'Sending again will not help before that.'
