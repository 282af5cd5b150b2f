// What a service says of its own pages at the front door.

import { isReachable } from './listen.ts'
import { type Parser, parseOrigin, SettingError } from './parsers.ts'

/** Some environments of one login flow. */
export const MAX_FRONT_ORIGINS = 20

/** As a browser writes it in its Origin header. In plain text only on the developer's machine: others could read the code. */
export const parseFrontOrigin: Parser<string> = (text) => {
  const origin = parseOrigin(text)
  if (origin.startsWith('http:') && isReachable(origin))
    throw new SettingError(`"${text}" must begin with https:// (http:// is for localhost)`)
  return origin
}
