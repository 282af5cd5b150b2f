// A check against what its verification was started for: the purpose, the recipient, the browser or wire, and the code's shape.
// It must not charge anything.

import type { Caller, CheckCommand, Refusal } from './api.ts'
import { comparerOf } from './comparison.ts'
import type { Domain } from './domain.ts'
import { refuseFields, refuseMismatch } from './refuse.ts'
import { givenMacs, isOneOf } from './session-mac.ts'
import type { VerificationRecord } from './state.ts'
import { openRecipient } from './view.ts'

type Deps = Pick<Domain, 'keyring' | 'compare' | 'delegate'>
/** `identities`: of `to` or `subject`, where one was given. */
type Context = { caller: Caller; command: CheckCommand; identities: Buffer[] | null }

/** Started for something else, or a code of another shape: nothing is charged (I13). */
export function refuseOther(
  deps: Deps,
  context: Context,
  record: VerificationRecord,
): Refusal | undefined {
  const { command, caller, identities } = context
  const { keyring } = deps
  const macs = () =>
    givenMacs(keyring, caller.service.name, command, () => openRecipient(keyring, record))
  const fields: string[] = []
  if (command.purpose !== record.purpose) fields.push('purpose') // mutant: I13.purpose-match
  if (identities && !isOneOf(record.addressIndex, identities))
    fields.push(command.subject === null ? 'to' : 'subject') // mutant: I13.recipient-match
  const sessionFits =
    record.sessionMac === null
      ? command.session === null
      : command.isBound || isOneOf(record.sessionMac, macs())
  if (!sessionFits) fields.push('session') // mutant: I13.session-match
  if (fields.length > 0) return refuseMismatch(fields)
  if (command.link) return undefined
  const expected = comparerOf(deps, record)?.expectedShape(command.code, record)
  if (expected === undefined) return undefined
  return refuseFields([{ field: 'code', detail: `is not ${expected}; nothing was charged` }])
}
