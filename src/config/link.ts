// LINK_URL: where a login flow takes the links of its mails itself.

import { isLoopback } from './listen.ts'
import { type Parser, SettingError } from './parsers.ts'

/** A query of its own is allowed. http leads nowhere but to this machine: the link is as secret as the code. */
export const parseLinkUrl: Parser<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new SettingError('is not an https URL')
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw new SettingError('is not https: http is for localhost alone')
  if (url.username || url.password || url.hash)
    throw new SettingError('must not contain a user or a fragment')
  if (url.searchParams.has('link'))
    throw new SettingError('must not contain `link` in its query: the link is added there')
  return url.href
}
