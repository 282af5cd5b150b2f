// The secret of this browser for one verification, in the form that <countersign-code> keeps it, too: both are one browser.
// It must outlive a reload: the service answers only the first secret that it was shown.

const PREFIX = 'countersign:'
/** A view token lives five minutes longer than its verification, which lives an hour at most. */
const KEPT_MS = 65 * 60_000
/** Of the token, the part that is of the verification alone. */
const [NAME_FROM, NAME_TO] = [5, 29]

type Store = Record<string, string>

/** Where nothing may be kept: for as long as the page is open. */
const forgetful: Store = {}

function openStore(): Store {
  try {
    return (globalThis as unknown as { localStorage?: Store }).localStorage ?? forgetful
  } catch {
    return forgetful
  }
}

function draw(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=/g, '')
}

export function browserSecret(token: string): string {
  const store = openStore()
  const name = PREFIX + token.slice(NAME_FROM, NAME_TO)
  store[name] ??= `${draw()}.${Date.now() + KEPT_MS}`
  return store[name].split('.')[0] ?? ''
}
