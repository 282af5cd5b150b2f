// The store of factors over an engine: answers under an Idempotency-Key are made here, before the effect that they are kept with.
// It must not decide which of two requests came first: the engine does.

import type { ConfirmInput, ConfirmOutcome, FactorStore } from '../factors/ports.ts'
import { answerToKeep } from './change.ts'
import type { Engine } from './engine.ts'
import { createdFactor } from './factor-record.ts'

type Confirmed = ConfirmOutcome | { kind: 'spent' } | undefined

function createConfirm({ find, confirm }: Engine['factors']): FactorStore['confirm'] {
  const confirmOnce = async ({ idempotency, ...input }: ConfirmInput): Promise<Confirmed> => {
    const { id, service, now, step } = input
    const valid = step !== null
    // What it reports of a row that is confirmed does not change in between.
    const before = idempotency && (await find(service, id, 0))
    const confirmed = { status: 'active', confirmedAt: now, lastUsedAt: now } as const
    const after = before && valid ? { ...before, ...confirmed, lastStep: step } : before
    const kept = after ? answerToKeep(idempotency, { valid, record: after }) : null
    const outcome = await confirm({ ...input, kept })
    return after && outcome && 'record' in outcome ? { ...outcome, record: after } : outcome
  }
  return async (input) => {
    const outcome = await confirmOnce(input)
    if (outcome?.kind !== 'spent') return outcome
    const wrong = await confirmOnce({ ...input, step: null })
    if (wrong?.kind === 'spent') throw new Error('a wrong code uses nothing up')
    return wrong
  }
}

export function createFactors(engine: Engine['factors']): FactorStore {
  return {
    ...engine,
    async create({ idempotency, ...input }) {
      const created = createdFactor(input.record, input.codes)
      return engine.create({ ...input, kept: answerToKeep(idempotency, created) })
    },
    confirm: createConfirm(engine),
  }
}
