// A store over an engine: what this process decides, and what the engine does as it is asked.
// It must not know which engine it is.

import { createChange, rowToCreate } from './change.ts'
import type { Engine } from './engine.ts'
import { createFactors } from './factors.ts'
import { createOutbox } from './outbox.ts'
import type { Store } from './store.ts'

export function createStore(engine: Engine): Store {
  const { apply, ...verifications } = engine.verifications
  return {
    ...engine,
    verifications: {
      ...verifications,
      async create(input) {
        const row = rowToCreate(input)
        const outcome = await verifications.create(row)
        // It was all given, so nothing is read back.
        return outcome.kind === 'created' ? { ...outcome, record: row.record } : outcome
      },
      change: createChange(engine.verifications),
    },
    outbox: createOutbox(engine.outbox),
    factors: createFactors(engine.factors),
  }
}
