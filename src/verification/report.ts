// POST /verify/{id}/report: what became of a code that its caller checks.
// It must not approve anybody: no approval, no token and no `verification.approved` comes of it.

import type { Caller, ReportCommand, ReportResult, Success } from './api.ts'
import { actorOf, type Domain, type Learned, learned } from './domain.ts'
import { responseFor } from './idempotency.ts'
import { reaches } from './own-code.ts'
import { refuseUnknown } from './refuse.ts'
import { decideReport } from './transitions-report.ts'
import { answerWith, openRecipient } from './view.ts'

type Deps = Pick<Domain, 'store' | 'keyring' | 'clock' | 'lock'>

export function createReport(deps: Deps) {
  const { store, keyring, clock, lock } = deps
  return async (caller: Caller, command: ReportCommand): Promise<Learned<ReportResult>> => {
    const response = responseFor<Success<'reported'>>(deps, caller, 'report', command.idempotency)
    return lock.run(response.lockKeys, async () => {
      const before = await response.find()
      if (before) return learned(before)
      const record = await store.find(caller.service.name, command.id)
      if (!record || !reaches(caller, record)) return learned(refuseUnknown())
      const about = { verificationId: record.id, budgetIndex: record.budgetIndex }
      const to = openRecipient(keyring, record)
      const now = clock.now()
      const outcome = await store.change<Success<'reported'>>({
        record,
        now,
        decide: decideReport(
          command.outcome,
          (after) => answerWith(now, 'reported', after, to),
          command.byWire,
        ),
        actor: actorOf(caller, command.endUser),
        idempotency: response.write((result) => result),
      })
      switch (outcome.kind) {
        case 'changed':
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
