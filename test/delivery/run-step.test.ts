// A step on its way to its send: whether it is counted, begun, and what happens where something is away.

import { expect, it } from 'vitest'
import type { CountMessage } from '../../src/delivery/charge.ts'
import type { StepAdmission } from '../../src/delivery/outbox-ports.ts'
import { createStepRun } from '../../src/delivery/run-step.ts'
import type { Claim } from '../../src/delivery/run-try.ts'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const away = async () => {
  throw new StoreUnavailableError('away')
}

async function go(
  claim: Partial<Claim>,
  {
    count = async () => 'admitted',
    begin,
  }: { count?: CountMessage; begin?: () => Promise<never> } = {},
) {
  const seen: { admission?: StepAdmission; sent: number[]; answered: number } = {
    ...{ sent: [], answered: 0 },
  }
  const run = createStepRun(
    {
      countMessage: count,
      clock: { now: () => 7 },
      logger,
      outbox: {
        begin: async (claimed, { admission }) => {
          seen.admission = admission
          if (begin) return begin()
          return admission === 'admitted' ? { ...claimed, sendNumber: 2 } : undefined
        },
      },
    },
    async ({ sendNumber }, _, answered) => {
      seen.sent.push(sendNumber)
      answered()
      return 'done'
    },
  )
  const step = { sendNumber: -1, kind: 'real', ...claim } as Claim
  const outcome = await run(step, AbortSignal.abort(), () => {
    seen.answered += 1
  })
  // Its place is free again, once.
  expect(seen.answered).toBe(1)
  return { ...seen, outcome }
}

it('that is admitted is begun, and sent as the send that it has become', async () => {
  expect(await go({})).toMatchObject({ admission: 'admitted', sent: [2], outcome: 'done' })
})

it('that a limit refuses is not sent', async () => {
  const refused = await go({}, { count: async () => 'refused' })
  expect(refused).toMatchObject({ admission: 'refused', sent: [], outcome: 'again' })
})

it('to somebody who gets no messages of its channel is not sent', async () => {
  const suppressed = await go({}, { count: async () => 'suppressed' })
  expect(suppressed).toMatchObject({ admission: 'suppressed', sent: [] })
})

it('waits where the limits cannot be reached', async () => {
  expect(await go({}, { count: away })).toMatchObject({ admission: 'unavailable', sent: [] })
})

it('to a test recipient is not counted; a message that is a send already is not either', async () => {
  expect(await go({ kind: 'test' }, { count: away })).toMatchObject({ sent: [2] })
  expect(await go({ sendNumber: 1 }, { count: away })).toMatchObject({ sent: [1] })
})

it('that cannot be begun goes back with its lease', async () => {
  expect(await go({}, { begin: away })).toMatchObject({ sent: [], outcome: 'again' })
})
