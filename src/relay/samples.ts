// The payload of the samples that we ship (examples/relay): Kratos's Jsonnet, Auth0's Action and Cognito's Lambda make it.

import { z } from 'zod'
import { PLAIN } from './answers.ts'
import type { RelayPurpose, System } from './ports.ts'
import { proveByHeader } from './proofs.ts'
import { one, optionalText, purposeOf, reader, text, withPlus } from './read.ts'

const Payload = z.object({
  to: text,
  type: text,
  code: optionalText,
  /** The system's, or derived from the message: the same for each try of one. */
  id: optionalText,
  locale: optionalText,
  ip: optionalText,
})

const MAX_BYTES = 16 * 1024

/** @param purposes by the system's own names */
export function sampleSystem(purposes: Readonly<Record<string, RelayPurpose>>): System {
  return {
    maxBytes: MAX_BYTES,
    prove: proveByHeader,
    read: reader(Payload, ({ to, type, code, id, locale, ip }) => {
      if (code === null) return { kind: 'nothing', type }
      const address = withPlus(to)
      return one({
        to: address,
        code,
        purpose: purposeOf(purposes, type),
        locale,
        ip,
        once:
          id === null ? { by: 'minute', parts: [address, type, code] } : { by: 'id', parts: [id] },
      })
    }),
    answers: PLAIN,
  }
}
