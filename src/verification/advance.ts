// POST /verify/{id}/next: the step of a chain that waits goes out at once, in place of its time.
// It must not count anything: a step is counted when it goes out, whatever made it due.

import type { AdvanceCommand, AdvanceResult, Caller, Success } from './api.ts'
import { actorOf, type Domain, type Learned, learned } from './domain.ts'
import { responseFor } from './idempotency.ts'
import { reaches } from './own-code.ts'
import { refuseUnknown } from './refuse.ts'
import { decideAdvance } from './transitions.ts'
import { answerWith, openRecipient } from './view.ts'

type Deps = Pick<Domain, 'store' | 'keyring' | 'clock' | 'lock' | 'wake'>

export function createAdvance(deps: Deps) {
  const { store, keyring, clock, lock, wake } = deps
  return async (caller: Caller, command: AdvanceCommand): Promise<Learned<AdvanceResult>> => {
    const response = responseFor<Success<'advanced'>>(deps, caller, 'next', command.idempotency)
    return lock.run([...response.lockKeys, `resend:${command.id}`], async () => {
      const before = await response.find()
      if (before) return learned(before)
      const record = await store.find(caller.service.name, command.id)
      if (!record || !reaches(caller, record)) return learned(refuseUnknown())
      const about = { verificationId: record.id, budgetIndex: record.budgetIndex }
      const to = openRecipient(keyring, record)
      const now = clock.now()
      const outcome = await store.change<Success<'advanced'>>({
        record,
        now,
        decide: decideAdvance(record.sends, (after) => answerWith(now, 'advanced', after, to)),
        actor: actorOf(caller, command.endUser),
        idempotency: response.write((result) => result),
      })
      switch (outcome.kind) {
        case 'changed':
          if (record.nextStep) wake(record.nextStep.channel)
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
