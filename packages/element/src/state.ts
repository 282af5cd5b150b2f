// What the element knows at a moment; paint.ts shows it.

import type { EndedDetail, View } from './types.ts'

export type Fault =
  | { says: 'wrong'; left: number }
  | { says: 'wait'; seconds: number }
  | { says: 'shape' | 'busy' | 'offline' | 'spent' }

export type State = {
  view: View | null
  /** The service's clock less this one's. */
  skewMs: number
  /** Its token may act: seen in any view so far. */
  mayAct: boolean
  isChecking: boolean
  /** Null while the code can be entered. */
  end: EndedDetail['status'] | null
  fault: Fault | null
  /** When the check may be repeated, by the service's clock; null: there is nothing to repeat. */
  retryAt: number | null
  /** Once resent, until the message changes. */
  wasResent: boolean
  isLost: boolean
}

export function newState(): State {
  return {
    view: null,
    skewMs: 0,
    mayAct: false,
    isChecking: false,
    end: null,
    fault: null,
    retryAt: null,
    wasResent: false,
    isLost: false,
  }
}

/** @param view as it arrived just now */
export function takeView(state: State, view: View): void {
  const before = state.view?.message
  if (before?.state !== view.message?.state) state.wasResent = false
  // Clocks of phones are minutes off: times of the service are read by the seconds that came with them.
  state.skewMs = Date.parse(view.expiresAt) - view.expiresInSeconds * 1000 - Date.now() // mutant: C88.clock-of-the-service
  state.view = view
  state.mayAct ||= view.actions.length > 0
  state.isLost = false
}

export const nowOf = (state: State) => Date.now() + state.skewMs

/** @returns null: never; 0: now */
export function secondsToResend(state: State): number | null {
  const { view } = state
  if (!view || !state.mayAct) return null
  if (view.actions.includes('resend')) return 0
  if (view.resendAt === null) return null
  return Math.max(0, (Date.parse(view.resendAt) - nowOf(state)) / 1000)
}
