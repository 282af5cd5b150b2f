// What a verification is for, in words: the purposes that most login flows have, each under the names that they give it.
// It must not show a caller's text but as one: a purpose that is not known is quoted as it is.

import { fill, fillPlain, type Html } from './fill.ts'
import type { PageTexts } from './page-texts.ts'

type Known = 'login' | 'signup' | 'payment' | 'reset'

const NAMES: Readonly<Record<Known, readonly string[]>> = {
  login: ['login', 'signin', '2fa', 'mfa'],
  signup: ['signup', 'register', 'registration'],
  payment: ['payment', 'pay'],
  reset: ['passwordreset', 'resetpassword', 'reset'],
}

function knownOf(purpose: string): Known | undefined {
  const name = purpose.replaceAll(/[_.-]/g, '')
  return (Object.keys(NAMES) as Known[]).find((known) => NAMES[known].includes(name))
}

const wordsOf = (purpose: string) => purpose.replaceAll(/[_.-]+/g, ' ').trim()

type About = { brand: string; purpose: string }

export function headingOf(
  texts: PageTexts,
  { brand, purpose }: About,
): { html: Html; plain: string } {
  const text = texts[knownOf(purpose) ?? 'other']
  const parts = { brand, purpose: wordsOf(purpose) }
  return { html: fill(text, parts), plain: fillPlain(text, parts) }
}
