// Writes the attempt log's row for whatever an operation refuses.
// It must not keep an operation from answering, nor answer a refused decoy in another time than a real one.

import { refusalContext, writePartyText } from '../kernel/sealing.ts'
import type { Caller, EndUser, Refusal } from './api.ts'
import { actorOf, type Domain, type Trace } from './domain.ts'
import { type Party, partyBudgetIndexes } from './party.ts'

type Refused = { route: string; trace: Trace; caller: Caller; endUser: EndUser }

/** Whom a refusal is counted for: a verification, a person, an address whose budget refused; else the key that called. */
function subjectOf(
  refusal: Refusal,
  budgetIndex: Uint8Array | null,
  { trace, caller, endUser }: Refused,
): string {
  if (trace.verificationId !== null) return trace.verificationId
  // Support is asked by a person, whichever limit refused.
  if (budgetIndex !== null) return Buffer.from(budgetIndex).toString('base64url') // mutant: C73.address-limit-persons
  const perAddress = refusal.limit?.name.includes('_per_ip') ?? false
  return perAddress && endUser.clientIp !== null ? endUser.clientIp : caller.keyId
}

function namesOf(party: Party) {
  return party.kind === 'subject'
    ? { to: null, subject: party.subject }
    : { to: party.address, subject: null }
}

function aboutOf({ party, channel }: Trace): Record<string, string> {
  const isPhone = party?.kind === 'phone'
  return {
    ...(channel !== null && { channel }),
    ...(isPhone && { country: party.country }),
    ...(isPhone && party.type !== null && { number_type: party.type.toLowerCase() }),
  }
}

function recordRefusal(domain: Domain, result: Refusal, refused: Refused): void {
  // A wrong code is a check with an outcome, and has an event of its own.
  if ((result.error === 'code_incorrect' && result.verification) || result.replayed) return
  const { route, trace, caller, endUser } = refused
  const { party, verificationId } = trace
  const { keyring, addressKey } = domain
  const named = party && partyBudgetIndexes(keyring, caller.service.name, party)[0]
  const budgetIndex = trace.budgetIndex ?? named ?? null
  domain.refusals.record({
    error: result.error,
    limit: result.limit?.name ?? null,
    subject: subjectOf(result, budgetIndex, refused),
    source: endUser.clientIp === null ? null : addressKey(endUser.clientIp),
    route,
    budgetIndex,
    verificationId,
    seal:
      party && budgetIndex && verificationId === null
        ? () => keyring.seal(writePartyText(namesOf(party)), refusalContext(budgetIndex))
        : null,
    about: aboutOf(trace),
    actor: actorOf(caller, endUser),
  })
}

type Operation<Given, Command, Result> = (
  domain: Given,
  caller: Caller,
  command: Command,
  trace: Trace,
) => Promise<Result>

export function logRefusals<Given extends Domain>(domain: Given) {
  return <Command extends { endUser: EndUser }, Result extends { kind: string }>(
    route: string,
    operation: Operation<Given, Command, Result | Refusal>,
  ) =>
    async (caller: Caller, command: Command): Promise<Result | Refusal> => {
      const trace: Trace = { party: null, channel: null, budgetIndex: null, verificationId: null }
      const result = await operation(domain, caller, command, trace)
      if (result.kind === 'refused') {
        const { endUser } = command
        recordRefusal(domain, result as Refusal, { route, trace, caller, endUser })
      }
      return result
    }
}
