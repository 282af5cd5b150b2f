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
      create: async (input) => verifications.create(rowToCreate(input)),
      change: createChange(engine.verifications),
    },
    outbox: createOutbox(engine.outbox),
    factors: createFactors(engine.factors),
  }
}
