// Reading, and ending by the caller: GET /verify/{id}, POST /verify/list, POST /verify/{id}/cancel.
// Reading must not change anything, not even by a look at an expired row: the sweeper ends it (C40).

import type {
  Caller,
  CancelCommand,
  CancelResult,
  DetailedView,
  GetCommand,
  GetResult,
  ListCommand,
  ListResult,
  Success,
} from './api.ts'
import { actorOf, type Domain, type Trace } from './domain.ts'
import { recallFor } from './idempotency.ts'
import { partyBudgetIndexes, readParty } from './party.ts'
import { refuseFields, refuseUnknown } from './refuse.ts'
import type { VerificationRecord } from './state.ts'
import { answerWith, openRecipient, viewOf } from './view.ts'

async function detailed(domain: Domain, record: VerificationRecord): Promise<DetailedView> {
  const deliveries = await domain.store.deliveriesOf(record.id)
  return { ...viewOf(record, openRecipient(domain, record), domain.clock.now()), deliveries }
}

export async function get(domain: Domain, caller: Caller, command: GetCommand): Promise<GetResult> {
  const record = await domain.store.find(caller.service.name, command.id)
  if (!record) return refuseUnknown()
  return { kind: 'found', verification: await detailed(domain, record) }
}

export async function list(
  domain: Domain,
  caller: Caller,
  command: ListCommand,
): Promise<ListResult> {
  const party = readParty(command)
  if (!party) return refuseFields([{ field: 'to', detail: 'is required, or subject in its place' }])
  if (party.kind === 'unreadable') {
    return refuseFields([{ field: party.field, detail: party.detail }])
  }
  const service = caller.service.name
  const page = await domain.store.list({
    service,
    budgetIndexes: partyBudgetIndexes(domain.keyring, service, party),
    cursor: command.cursor,
    limit: command.limit,
  })
  const verifications = await Promise.all(page.items.map((record) => detailed(domain, record)))
  return { kind: 'listed', verifications, nextCursor: page.nextCursor }
}

/** Idempotent: what had ended stays as it was; what was approved can't be taken back. */
export async function cancel(
  domain: Domain,
  caller: Caller,
  command: CancelCommand,
  trace: Trace,
): Promise<CancelResult> {
  const recall = recallFor<Success<'canceled'>>(domain, caller, 'cancel', command.idempotency)
  return domain.lock.run(recall.lockKeys, async () => {
    const before = await recall.find()
    if (before) return before
    const record = await domain.store.find(caller.service.name, command.id)
    if (!record) return refuseUnknown()
    trace.verificationId = record.id
    trace.budgetIndex = record.budgetIndex
    const party = openRecipient(domain, record)
    const now = domain.clock.now()
    const answerOf = (after: VerificationRecord) => answerWith(now, 'canceled', after, party)
    const outcome = await domain.store.cancel({
      id: record.id,
      service: caller.service.name,
      now,
      actor: actorOf(caller, command.endUser),
      idempotency: recall.write(answerOf),
    })
    switch (outcome.kind) {
      case 'ended':
        return answerOf(outcome.record)
      case 'approved_before':
        return {
          kind: 'refused',
          error: 'verification_approved',
          detail: 'it was approved before it could be canceled',
        }
      case 'not_found':
        return refuseUnknown()
      case 'answered_before':
        return recall.replay(outcome.stored)
    }
  })
}
