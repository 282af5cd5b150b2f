// Reading, and ending by the caller: GET /verify/{id}, POST /verify/list, POST /verify/{id}/cancel.
// Reading must not change anything, not even by finding an expired row: the sweeper ends it (C40).

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
import { actorOf, type Domain, type Learned, learned } from './domain.ts'
import { responseFor } from './idempotency.ts'
import { reaches } from './own-code.ts'
import { partyBudgetIndexes, readParty } from './party.ts'
import { refuseFields, refuseUnknown } from './refuse.ts'
import type { VerificationRecord } from './state.ts'
import { decideCancel } from './transitions.ts'
import { answerWith, openRecipient, viewOf } from './view.ts'

type Deps = Pick<Domain, 'store' | 'keyring' | 'clock' | 'lock'>

export function createReads({ store, keyring, clock }: Omit<Deps, 'lock'>) {
  const detailed = async (record: VerificationRecord): Promise<DetailedView> => {
    const deliveries = await store.deliveriesOf(record.id)
    return { ...viewOf(record, openRecipient(keyring, record), clock.now()), deliveries }
  }
  return {
    async get(caller: Caller, command: GetCommand): Promise<GetResult> {
      const record = await store.find(caller.service.name, command.id)
      if (!record || !reaches(caller, record)) return refuseUnknown()
      return { kind: 'found', verification: await detailed(record) }
    },
    async list(caller: Caller, command: ListCommand): Promise<ListResult> {
      const party = readParty(command)
      if (!party)
        return refuseFields([{ field: 'to', detail: 'is required, unless subject is given' }])
      if (party.kind === 'unreadable')
        return refuseFields([{ field: party.field, detail: party.detail }])
      const service = caller.service.name
      const page = await store.list({
        service,
        budgetIndexes: partyBudgetIndexes(keyring, service, party),
        cursor: command.cursor,
        limit: command.limit,
      })
      const verifications = await Promise.all(page.items.map(detailed))
      return { kind: 'listed', verifications, nextCursor: page.nextCursor }
    },
  }
}

export function createCancel(deps: Deps) {
  const { store, keyring, clock, lock } = deps
  return async (caller: Caller, command: CancelCommand): Promise<Learned<CancelResult>> => {
    const response = responseFor<Success<'canceled'>>(deps, caller, 'cancel', command.idempotency)
    return lock.run(response.lockKeys, async () => {
      const before = await response.find()
      if (before) return learned(before)
      const record = await store.find(caller.service.name, command.id)
      if (!record || !reaches(caller, record)) return learned(refuseUnknown())
      const about = { verificationId: record.id, budgetIndex: record.budgetIndex }
      const party = openRecipient(keyring, record)
      const now = clock.now()
      const outcome = await store.change<Success<'canceled'>>({
        record,
        now,
        decide: decideCancel((after) => answerWith(now, 'canceled', after, party)),
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
