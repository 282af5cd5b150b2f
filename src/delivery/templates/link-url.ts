// Where the link of a mail leads: to our own page, or to the login flow's LINK_URL.

import type { Keyring } from '../../kernel/keyring.ts'
import { writeLink } from '../../kernel/link-token.ts'
import type { MessageSettings } from '../ports.ts'
import type { LinkUrlOf } from './message.ts'

export const pageLink = (publicUrl: string, token: string) => `${publicUrl}/l/${token}`

/** The login flow's page keeps a query of its own. */
export function loginLink(linkUrl: string, token: string): string {
  const url = new URL(linkUrl)
  url.searchParams.set('link', token)
  return url.href
}

/** A setting that was removed since the start leaves the mail without a link: its code works. */
export function createLinkUrls(deps: {
  publicUrl: string | null
  keyring: Pick<Keyring, 'oldestMac'>
  settingsOf: (service: string) => Pick<MessageSettings, 'linkUrl'> | undefined
}): LinkUrlOf {
  const { publicUrl, keyring } = deps
  return ({ link, service, verificationId }) => {
    const base = link === 'page' ? publicUrl : (deps.settingsOf(service)?.linkUrl ?? null)
    if (link === null || base === null) return null
    const token = writeLink(keyring, verificationId)
    return link === 'page' ? pageLink(base, token) : loginLink(base, token)
  }
}
