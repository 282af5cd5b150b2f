// Where the hosted page may lead back to: one of the URLs that the service's settings list, by its exact origin and path.
// It must not compare texts: a browser reads a URL as `URL` does.

import type { FieldError } from './api.ts'
import type { ServicePolicy } from './policy.ts'

const MAX_CHARACTERS = 2048
/** Of a list in an error. */
const MAX_NAMED = 5

function withoutQuery(url: URL): string {
  const bare = new URL(url)
  bare.search = ''
  return bare.href
}

/** As a browser would go there; undefined: the service does not list it. */
export function readReturnUrl(
  { returnUrls }: Pick<ServicePolicy, 'returnUrls'>,
  text: string,
): string | undefined {
  if (text.length > MAX_CHARACTERS || !URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.hash || url.username || url.password) return undefined
  return returnUrls.includes(withoutQuery(url)) ? url.href : undefined // mutant: C87.listed-return
}

export function describeReturnUrl({ returnUrls }: Pick<ServicePolicy, 'returnUrls'>): FieldError {
  const named = returnUrls.slice(0, MAX_NAMED).join(', ')
  const more = returnUrls.length > MAX_NAMED ? ', …' : ''
  const allowed = named === '' ? 'this service lists none' : `this service lists ${named}${more}`
  const detail = `is not one of the URLs that the hosted page may lead back to, by origin and path, with a query of its own at the most (${allowed}); add it to RETURN_URLS, or to return_urls in SERVICES_FILE`
  return { field: 'return_url', detail }
}

/** With what the login flow exchanges. */
export function returnWith(url: string, added: Readonly<Record<string, string>>): string {
  const to = new URL(url)
  for (const [name, value] of Object.entries(added)) to.searchParams.set(name, value)
  return to.href
}
