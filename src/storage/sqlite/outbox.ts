// The worker's store on SQLite: each port method one read or one job of the writer.
// It must not send, plan or wait.

import type { Outbox } from '../../delivery/outbox-ports.ts'
import { createClaim } from './claim.ts'
import { createDeliveryMoves } from './delivery-moves.ts'
import type { Orm } from './drizzle.ts'
import type { Endings } from './ending.ts'
import type { AppendEvent } from './event-rows.ts'
import { createOutboxRows } from './outbox-rows.ts'
import { createPastSends } from './past-sends.ts'
import { createRelease, createSettleDelivery } from './settle-delivery.ts'
import type { Writer } from './writer.ts'

/**
 * What a power cut takes of these is a message that goes out once more, with the same code and
 * attempt id: that is promised anyway (I5), so no sync is waited for between a start and its send.
 */
const AT_LEAST_ONCE = { mayRepeat: true } as const

export function createOutbox(deps: {
  orm: Orm
  writer: Writer
  endings: Endings
  appendEvent: AppendEvent
}): Outbox {
  const { writer } = deps
  const rows = createOutboxRows(deps.orm)
  const moves = createDeliveryMoves({ ...deps, rows })
  const claim = createClaim({ rows, moves })
  const settle = createSettleDelivery({ ...deps, rows, moves })
  const release = createRelease(rows)
  const readPastSends = createPastSends(deps.orm)
  return {
    async claim(input) {
      // Most channels have nothing due most of the time: a look, and no transaction.
      const dueAt = await writer.read(() => rows.firstDue(input.channel))
      if (dueAt === undefined || dueAt > input.now) return []
      return writer.write(() => claim(input), AT_LEAST_ONCE)
    },
    settle: (input) => writer.write(() => settle(input), AT_LEAST_ONCE),
    release: (claims) => writer.write(() => release(claims), AT_LEAST_ONCE),
    nextDueAt: () => writer.read(rows.firstDueOfAll),
    pastSends: () => writer.read(readPastSends),
    depths: (now) => writer.read(() => rows.depths(now)),
  }
}
