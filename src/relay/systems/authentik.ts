// authentik: the generic provider of its SMS stage. It shows the text of an error to the person.

import { z } from 'zod'
import { ACCEPTED, statusOf, wordsOf } from '../answers.ts'
import type { Answers, System } from '../ports.ts'
import { proveByHeader } from '../proofs.ts'
import { one, reader, text, withPlus } from '../read.ts'

/** `Body` is the code; `Message` is its text, which is not sent. A mapping has to keep these two names. */
const Payload = z.object({ To: text, Body: text })

const ANSWERS: Answers = {
  accepted: () => ACCEPTED,
  refused: ({ error, retryAfterSeconds }) => ({
    status: statusOf(error),
    type: 'text/plain; charset=utf-8',
    body: wordsOf(error),
    retryAfterSeconds,
  }),
}

export const authentik: System = {
  maxBytes: 16 * 1024,
  prove: proveByHeader,
  read: reader(Payload, ({ To, Body: code }) => {
    const to = withPlus(To)
    const once = { by: 'minute', parts: [to, code] } as const
    return one({ to, code, purpose: 'mfa', locale: null, ip: null, once })
  }),
  answers: ANSWERS,
}
