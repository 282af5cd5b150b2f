// Writes the attempt log's row for whatever an operation refuses.
// It must not keep an operation from answering.

import type { Caller, EndUser, Refusal } from './api.ts'
import { actorOf, type Domain, type Trace } from './domain.ts'
import type { RefusalLog } from './ports.ts'

/** Whom a refusal is counted for: the address or person whose budget refused, else the key that called. */
function subjectOf(refusal: Refusal, trace: Trace, caller: Caller, endUser: EndUser): string {
  const perAddress = refusal.limit?.name.includes('_per_ip') ?? false
  if (perAddress && endUser.clientIp !== null) return endUser.clientIp
  if (trace.verificationId !== null) return trace.verificationId
  if (trace.budgetIndex !== null) return Buffer.from(trace.budgetIndex).toString('base64url')
  return caller.keyId
}

function recordRefusal(
  refusals: RefusalLog,
  result: Refusal,
  about: { route: string; trace: Trace; caller: Caller; endUser: EndUser },
): void {
  // A wrong code is a check with an outcome, and has an event of its own.
  if ((result.error === 'code_incorrect' && result.verification) || result.replayed) return
  const { route, trace, caller, endUser } = about
  refusals.record({
    error: result.error,
    limit: result.limit?.name ?? null,
    subject: subjectOf(result, trace, caller, endUser),
    route,
    budgetIndex: trace.budgetIndex,
    verificationId: trace.verificationId,
    actor: actorOf(caller, endUser),
  })
}

type Operation<Command, Result> = (
  domain: Domain,
  caller: Caller,
  command: Command,
  trace: Trace,
) => Promise<Result>

export function logRefusals(domain: Domain) {
  return <Command extends { endUser: EndUser }, Result extends { kind: string }>(
    route: string,
    operation: Operation<Command, Result | Refusal>,
  ) =>
    async (caller: Caller, command: Command): Promise<Result | Refusal> => {
      const trace: Trace = { budgetIndex: null, verificationId: null }
      const result = await operation(domain, caller, command, trace)
      if (result.kind === 'refused') {
        const { endUser } = command
        recordRefusal(domain.refusals, result as Refusal, { route, trace, caller, endUser })
      }
      return result
    }
}
