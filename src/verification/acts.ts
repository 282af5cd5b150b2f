// What a caller does with one verification other than sending and checking: POST /verify/{id}/cancel, /report, /next.
// It must not approve anybody, nor count anything: a step is counted when it goes out, whatever made it due.

import type {
  AdvanceCommand,
  Caller,
  CancelCommand,
  Refusal,
  ReportCommand,
  Success,
} from './api.ts'
import type { Decide } from './change.ts'
import { actorOf, type Domain, type Learned, learned } from './domain.ts'
import { type Route, responseFor } from './idempotency.ts'
import { reaches } from './own-code.ts'
import { refuseUnknown } from './refuse.ts'
import type { VerificationRecord } from './state.ts'
import { decideAdvance, decideCancel } from './transitions.ts'
import { decideReport } from './transitions-report.ts'
import { answerWith, openRecipient } from './view.ts'

type Deps = Pick<Domain, 'store' | 'keyring' | 'clock' | 'lock'>
type Kind = 'canceled' | 'reported' | 'advanced'

type Act<Command, Of extends Kind> = {
  route: Route
  kind: Of
  /** Of what must not happen to it at the same time, in this process. */
  locks?(command: Command): string[]
  decide(
    command: Command,
    record: VerificationRecord,
    answer: (after: VerificationRecord) => Success<Of>,
  ): Decide<Success<Of>>
  /** @param record as it was before */
  done?(record: VerificationRecord): void
}

function createAct<Command extends CancelCommand, Of extends Kind>(
  deps: Deps,
  { route, kind, locks = () => [], decide, done }: Act<Command, Of>,
) {
  const { store, keyring, clock, lock } = deps
  return async (caller: Caller, command: Command): Promise<Learned<Success<Of> | Refusal>> => {
    const response = responseFor<Success<Of>>(deps, caller, route, command.idempotency)
    return lock.run([...response.lockKeys, ...locks(command)], async () => {
      const before = await response.find()
      if (before) return learned(before)
      const record = await store.find(caller.service.name, command.id)
      if (!record || !reaches(caller, record)) return learned(refuseUnknown())
      const about = { verificationId: record.id, budgetIndex: record.budgetIndex }
      const party = openRecipient(keyring, record)
      const now = clock.now()
      const outcome = await store.change<Success<Of>>({
        record,
        now,
        decide: decide(command, record, (after) => answerWith(now, kind, after, party)),
        actor: actorOf(caller, command.endUser),
        idempotency: response.write((result) => result),
      })
      switch (outcome.kind) {
        case 'changed':
          done?.(record)
          return learned(outcome.result, about)
        case 'refused':
          return learned(outcome.refusal, about)
        case 'answered_before':
          return learned(response.replay(outcome.stored), about)
        default:
          return learned(refuseUnknown(), about)
      }
    })
  }
}

export const createCancel = (deps: Deps) =>
  createAct<CancelCommand, 'canceled'>(deps, {
    ...{ route: 'cancel', kind: 'canceled' },
    decide: ({ error }, _record, answer) => decideCancel(answer, error),
  })

/** What became of a code that its caller checks. */
export const createReport = (deps: Deps) =>
  createAct<ReportCommand, 'reported'>(deps, {
    ...{ route: 'report', kind: 'reported' },
    decide: ({ outcome, byWire }, _record, answer) => decideReport(outcome, answer, byWire),
  })

/** The step of a chain that waits goes out at once, in place of its time. */
export const createAdvance = (deps: Deps & Pick<Domain, 'wake'>) =>
  createAct<AdvanceCommand, 'advanced'>(deps, {
    ...{ route: 'next', kind: 'advanced' },
    locks: ({ id }) => [`resend:${id}`],
    decide: (_command, { sends }, answer) => decideAdvance(sends, answer),
    done({ nextStep }) {
      if (nextStep) deps.wake(nextStep.channel)
    },
  })
