// The domain's face: every operation, and the event log's row for whatever is refused.

import { refusalContext, writePartyText } from '../kernel/sealing.ts'
import { createAdvance, createCancel, createReport } from './acts.ts'
import type { Caller, EndUser, Refusal, VerificationService } from './api.ts'
import { createCheck } from './check.ts'
import { type About, actorOf, type Domain, type Learned } from './domain.ts'
import { type Party, partyBudgetIndexes } from './party.ts'
import { createReads } from './read.ts'
import { createResend } from './resend.ts'
import { createStart } from './start.ts'

export function createVerificationService(domain: Domain): VerificationService {
  const logged = logRefusals(domain)
  return {
    start: logged('start', createStart(domain)),
    resend: logged('resend', createResend(domain)),
    check: logged('check', createCheck(domain)),
    cancel: logged('cancel', createCancel(domain)),
    report: logged('report', createReport(domain)),
    advance: logged('next', createAdvance(domain)),
    ...createReads(domain),
  }
}

type Refused = { route: string; about: About; caller: Caller; endUser: EndUser }
type Deps = Pick<Domain, 'keyring' | 'addressKey' | 'refusals'>

/** The one that a refusal is counted for: a verification, a person, an address whose budget refused; else the key that called. */
function subjectOf(
  refusal: Refusal,
  budgetIndex: Uint8Array | null,
  { about, caller, endUser }: Refused,
): string {
  if (about.verificationId !== null) return about.verificationId
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

function detailsOf({ party, channel }: About): Record<string, string> {
  const isPhone = party?.kind === 'phone'
  return {
    ...(channel !== null && { channel }),
    ...(isPhone && { country: party.country }),
    ...(isPhone && party.type !== null && { number_type: party.type.toLowerCase() }),
  }
}

function recordRefusal(deps: Deps, result: Refusal, refused: Refused): void {
  // A wrong code is a check with an outcome, and has an event of its own.
  if ((result.error === 'code_incorrect' && result.verification) || result.replayed) return
  const { route, about, caller, endUser } = refused
  const { party, verificationId } = about
  const { keyring, addressKey } = deps
  const named = () => party && partyBudgetIndexes(keyring, caller.service.name, party)[0]
  const budgetIndex = about.budgetIndex ?? named() ?? null
  deps.refusals.record({
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
    about: {
      ...detailsOf(about),
      ...(result.reference !== undefined && { entry: result.reference }),
    },
    actor: actorOf(caller, endUser),
  })
}

export function logRefusals(deps: Deps) {
  return <Command extends { endUser: EndUser }, Result extends { kind: string }>(
    route: string,
    operation: (caller: Caller, command: Command) => Promise<Learned<Result | Refusal>>,
  ) =>
    async (caller: Caller, command: Command): Promise<Result | Refusal> => {
      const { result, about } = await operation(caller, command)
      if (result.kind === 'refused')
        recordRefusal(deps, result as Refusal, { route, about, caller, endUser: command.endUser })
      return result
    }
}
