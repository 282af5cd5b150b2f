// Keycloak: the community's plug-in keycloak-mfa-plugins, for Keycloak itself has no provider of SMS. It sends a text alone.

import { z } from 'zod'
import { PLAIN } from '../answers.ts'
import type { System } from '../ports.ts'
import { proveByHeader } from '../proofs.ts'
import { one, reader, text, withPlus } from '../read.ts'

/** By the names of its JSON template in examples/relay/keycloak. */
const Payload = z.object({ to: text, message: text })

/** Four to eight digits that are a word: no part of a number, an address or an amount. */
const DIGITS = /(?<![\w+./:@-])\d{4,8}(?![\w/@-])/g

/**
 * The code in its text: the whole of it, where the realm's text is `%1$s`, else the one word of digits. None or several:
 * nobody knows which, and the text itself is not sent.
 */
function codeIn(message: string): string | undefined {
  const whole = message.trim()
  if (/^[0-9A-Za-z]{4,12}$/.test(whole)) return whole
  const words = whole.match(DIGITS) ?? []
  return words.length === 1 ? words[0] : undefined // mutant: C93.text-not-sent
}

export const keycloak: System = {
  maxBytes: 16 * 1024,
  prove: proveByHeader,
  read: reader(Payload, ({ to: given, message }) => {
    const to = withPlus(given)
    const code = codeIn(message)
    if (code === undefined) return { kind: 'unreadable' }
    const once = { by: 'minute', parts: [to, code] } as const
    return one({ to, code, purpose: 'mfa', locale: null, ip: null, once })
  }),
  answers: PLAIN,
}
