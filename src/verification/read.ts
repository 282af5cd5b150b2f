// Reading: GET /verify/{id}, POST /verify/list.
// Reading must not change anything, not even by finding an expired row: the sweeper ends it (C40).

import type { Caller, DetailedView, GetCommand, GetResult, ListCommand, ListResult } from './api.ts'
import type { Domain } from './domain.ts'
import { reaches } from './own-code.ts'
import { partyBudgetIndexes, readParty } from './party.ts'
import { refuseFields, refuseUnknown } from './refuse.ts'
import type { VerificationRecord } from './state.ts'
import { openRecipient, viewOf } from './view.ts'

type Deps = Pick<Domain, 'store' | 'keyring' | 'clock'>

export function createReads({ store, keyring, clock }: Deps) {
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
