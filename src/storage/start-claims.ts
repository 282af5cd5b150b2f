// A start's message, claimed in the start's own commit where a worker of this process holds a place for it.
// It must not hand anything over before that commit. Where nobody knows whether it happened (an answer that was lost, 503)
// nothing is sent from here: a row that it left is claimed once its lease ends, as after a worker that died.

import type { DeliveryChange, LoadedDelivery } from '../delivery/change.ts'
import type { ClaimedDelivery, HeldPlace, Outbox, Reserve } from '../delivery/outbox-ports.ts'
import { decideClaim } from '../delivery/transitions.ts'
import { drawToken } from '../kernel/ids.ts'
import type { Change } from '../verification/change.ts'
import { linkOf } from '../verification/front-ports.ts'
import type { RowToCreate } from './engine.ts'

type Delivery = NonNullable<Change['delivery']>
type Started = Pick<RowToCreate, 'record' | 'front'>

/** The delivery as the start alone would leave it. */
function loadedOf(
  { record, front }: Started,
  { send, channel, provider }: Delivery,
): LoadedDelivery {
  const { id, service, status, kind, locale, recipientSealed, codeSealed, expiresAt } = record
  const { country, authenticated, clientIp } = record
  return {
    verificationId: id,
    verificationStatus: status,
    service,
    kind,
    locale,
    link: channel === 'email' && front ? linkOf(front) : null,
    expiresAt,
    recipientSealed,
    codeSealed,
    sends: record.sends,
    maxSends: record.maxSends,
    hasNext: record.nextStep !== null,
    send,
    channel,
    status: 'queued',
    provider,
    tried: '',
    country,
    authenticated,
    clientIp,
    mayHaveGone: 0,
    tries: 0,
    ambiguous: 0,
    wordedAt: null,
  }
}

export type StartClaim = {
  /** To be written with the row. */
  change: DeliveryChange
  /** Once, whatever became of it. @param at when it was claimed, by the engine's time; null: it was not */
  end(at: number | null): void
}

function claimIn(
  place: HeldPlace<unknown>,
  started: Started,
  delivery: Delivery,
): StartClaim | null {
  const { leaseMs, minRemainingMs, plan } = place
  const now = started.record.createdAt
  const claiming = { now, leaseMs, minRemainingMs, plan, token: drawToken() }
  const { change, claimed } = decideClaim(loadedOf(started, delivery), claiming)
  // To be failed, or not for this node: the worker's to decide, once the row is there.
  if (!claimed) return null
  return {
    change: { ...change, dueAfterMs: leaseMs },
    end(at) {
      if (at === null) return place.giveBack()
      const begun: ClaimedDelivery<unknown> = {
        ...claimed,
        startedAt: at,
        leaseUntil: at + leaseMs,
      }
      place.take(begun)
    },
  }
}

export function createStartClaims() {
  let reserve: Reserve<unknown> | undefined
  return {
    // What `plan` prepared is handed back as it came.
    serve: ((given) => {
      reserve = given as Reserve<unknown>
    }) as Outbox['serve'],
    /** Null: the message is queued, for whichever worker comes first. */
    begin({ change: { delivery }, ...started }: Started & Pick<RowToCreate, 'change'>) {
      const place = delivery && reserve?.(delivery)
      if (!delivery || !place) return null
      const claim = claimIn(place, started, delivery)
      if (!claim) place.giveBack()
      return claim
    },
  }
}
