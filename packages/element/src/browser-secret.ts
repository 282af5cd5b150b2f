// The secret of this browser for one verification: the service answers only the first browser that shows one.
// It must outlive a reload and be shared by tabs: a second tab continues the same verification.

import { randomText } from './random.ts'

const PREFIX = 'countersign:'
/** A view token lives five minutes longer than its verification, which lives an hour at most. */
const KEPT_MS = 65 * 60_000
/** Of the token, the part that is of the verification alone: not its flags, which another start may change. */
const [NAME_FROM, NAME_TO] = [5, 29]

type Store = Record<string, string>

/** Where nothing may be stored (sandboxed frames): for as long as the page is open. */
const forgetful: Store = {}

function openStore(): Store {
  try {
    return localStorage
  } catch {
    return forgetful
  }
}

/** 256 random bits, the same ones for each call with this token. */
export function browserSecret(token: string): string {
  const store = openStore()
  for (const [name, kept] of Object.entries(store))
    if (name.startsWith(PREFIX) && Number(kept.split('.')[1]) < Date.now()) delete store[name]
  const name = PREFIX + token.slice(NAME_FROM, NAME_TO)
  store[name] ??= `${randomText()}.${Date.now() + KEPT_MS}`
  return store[name].split('.')[0] ?? ''
}
