// A store over an engine: what this process decides, and what the engine does as it is asked.
// It must not know which engine it is.

import type { CreateInput, CreateOutcome } from '../verification/ports.ts'
import { NO_CAUSES, type WebhookCauses } from '../webhooks/ports.ts'
import { createChange, rowToCreate } from './change.ts'
import type { Engine } from './engine.ts'
import { createFactors } from './factors.ts'
import { createOutbox } from './outbox.ts'
import { createPolls } from './polls.ts'
import { createCall, createReceive } from './receipts.ts'
import { createStartClaims } from './start-claims.ts'
import type { Store } from './store.ts'
import { createSuppressions } from './suppressions.ts'
import { createSweep } from './sweep.ts'
import { createTraceLook } from './traces.ts'

function createCreate(
  create: Engine['verifications']['create'],
  claims: ReturnType<typeof createStartClaims>,
) {
  return async (input: CreateInput): Promise<CreateOutcome> => {
    const row = rowToCreate(input)
    const claim = claims.begin(row)
    let claimedAt: number | null = null // mutant: I5.handed-after-commit
    try {
      const outcome = await create({ ...row, claim: claim?.change ?? null })
      if (outcome.kind !== 'created') return outcome
      claimedAt = outcome.claimedAt
      // It was all given, so nothing is read back.
      const isDue = row.change.delivery !== null && claimedAt === null
      return { kind: 'created', record: row.record, isDue }
    } finally {
      claim?.end(claimedAt)
    }
  }
}

/** @param causes messages to webhooks that go out with what is written */
export function createStore(engine: Engine, causes: WebhookCauses = NO_CAUSES): Store {
  const { apply: _apply, pastEnd: _pastEnd, ...verifications } = engine.verifications
  const claims = createStartClaims()
  return {
    ...engine,
    verifications: {
      ...verifications,
      create: createCreate(verifications.create, claims),
      change: createChange(engine.verifications, causes),
      sweep: createSweep(engine.verifications, causes),
    },
    outbox: {
      ...createOutbox(engine.outbox, causes),
      receive: createReceive(engine.outbox, causes),
      ...createPolls(engine.outbox),
      call: createCall(engine.outbox, causes),
      serve(reserve) {
        engine.outbox.served?.()
        claims.serve(reserve)
      },
    },
    factors: createFactors(engine.factors),
    suppressions: createSuppressions(engine.suppressions),
    traces: { of: createTraceLook(engine.traces) },
  }
}
