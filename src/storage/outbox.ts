// The worker's store over an engine: due rows are read, decided on here (delivery/transitions.ts), then changed.
// It must not hold a lock while it decides: a worker that stops in between leaves rows that are due again.

import type { DeliveryChange, HeldDelivery } from '../delivery/change.ts'
import type { ClaimedDelivery, LaneKey, Outbox, SettleDelivery } from '../delivery/outbox-ports.ts'
import { decideReleased, decideSettled } from '../delivery/settling.ts'
import { decideBegun, decideStepDue, decideStepReleased } from '../delivery/steps.ts'
import { type ClaimDecision, decideClaim } from '../delivery/transitions.ts'
import type { Channel } from '../kernel/channel.ts'
import { StoreUnavailableError } from '../kernel/errors.ts'
import { isWaiting } from '../kernel/steps.ts'
import { NO_CAUSES, type WebhookCauses } from '../webhooks/ports.ts'
import type {
  DeliveryApplied,
  DeliveryGuard,
  DeliveryToApply,
  DueRow,
  Engine,
  LaneClaim,
} from './engine.ts'
import { createTogether } from './together.ts'

/** After an outage most of what is due may be dead: look further than one batch. */
const MAX_ROUNDS = 4
/** Rounds in which other workers took all that was found. */
const MAX_LOST = 20
/** A verification ends once and is sent a few times: past this something else is wrong. */
const MAX_DECISIONS = 8

type ClaimInput = Parameters<Outbox['claim']>[0]
type EngineOutbox = Engine['outbox']

const isOf = (lane: LaneKey, channel: Channel, provider: string | null) =>
  lane.channel === channel && lane.provider === provider

/** Those that had as many rows as were asked for, of which some were not to be sent. */
function unfinished(
  asked: readonly LaneClaim[],
  rows: readonly DueRow[],
  claimed: readonly ClaimedDelivery<unknown>[],
  wanted: readonly LaneClaim[],
): LaneClaim[] {
  return asked.flatMap((lane) => {
    const found = rows.filter(({ channel, provider }) => isOf(lane, channel, provider)).length
    // Fewer than asked for: there was no more.
    if (found < lane.limit) return []
    const all = wanted.find((one) => isOf(one, lane.channel, lane.provider))?.limit ?? 0
    const taken = claimed.filter((one) => isOf(lane, one.channel, one.lane)).length
    return taken < all ? [{ ...lane, limit: all - taken }] : []
  })
}

/** The change with the messages that go out for its events. */
export function withWebhooks(
  causes: WebhookCauses,
  service: string,
  { verificationStatus: status, channel }: Pick<HeldDelivery, 'verificationStatus' | 'channel'>,
  change: DeliveryChange,
): DeliveryChange {
  const events = causes.attach(service, change.events, { status, channel })
  return events === change.events ? change : { ...change, events }
}

function createClaim({ due, apply }: Pick<EngineOutbox, 'due' | 'apply'>, causes: WebhookCauses) {
  const decide = (row: DueRow, input: ClaimInput) => {
    const decided = isWaiting(row.send) ? decideStepDue : decideClaim
    const decision = decided(row, { ...input, now: row.at, token: row.newToken })
    return { row, ...decision, change: withWebhooks(causes, row.service, row, decision.change) }
  }
  const toApply = ({ row, change }: ClaimDecision & { row: DueRow }): DeliveryToApply => {
    const { verificationId, send, token, status, tries } = row
    return { verificationId, send, token, status, tries, change, answer: null }
  }
  /**
   * What it has claimed is in `claimed` at once: whatever fails later, it has its lease and is sent.
   * @returns whether other workers took all of them
   */
  const applyAll = async (
    rows: readonly DueRow[],
    input: ClaimInput,
    claimed: ClaimedDelivery<unknown>[],
  ): Promise<boolean> => {
    let isLost = true
    let open = rows.map((row) => decide(row, input))
    // What still does not fit after the last decision stays due.
    for (let n = 0; n < MAX_DECISIONS && open.length > 0; n += 1) {
      const outcomes = await apply(open.map(toApply), input.now)
      open = open.flatMap((one, place) => {
        const outcome = outcomes[place]
        if (outcome?.kind !== 'fenced') isLost = false
        if (outcome?.kind === 'applied') causes.written(one.change.events)
        if (outcome?.kind === 'applied' && one.claimed) claimed.push(one.claimed)
        if (outcome?.kind !== 'changed') return []
        const { token, newToken } = one.row
        // PostgreSQL leaves out what does not change.
        return [decide({ ...one.row, ...outcome.row, token, newToken, at: outcome.at }, input)]
      })
    }
    return isLost
  }
  return async (input: ClaimInput): Promise<ClaimedDelivery<unknown>[]> => {
    const { now } = input
    const claimed: ClaimedDelivery<unknown>[] = []
    let lanes: readonly LaneClaim[] = input.lanes
    for (let round = 0, lost = 0; round < MAX_ROUNDS && lost < MAX_LOST; ) {
      try {
        const rows = await due({ lanes, now })
        const isLost = await applyAll(rows, input, claimed)
        lanes = unfinished(lanes, rows, claimed, input.lanes)
        if (lanes.length === 0) break
        if (isLost) lost += 1
        else round += 1
      } catch (error) {
        if (claimed.length === 0) throw error
        break
      }
    }
    return claimed
  }
}

type ToSettle = { change: DeliveryToApply; now: number }

/** Settlements that come together are one call, at the newest of their times. */
function createApplyTogether({ apply }: Pick<EngineOutbox, 'apply'>) {
  const applyAll = (list: readonly ToSettle[]) =>
    apply(
      list.map(({ change }) => change),
      Math.max(...list.map(({ now }) => now)),
    )
  const together = createTogether(applyAll)
  /** Of claims whose settlement failed: alone from then on, so that none fails with another again and again (C22). */
  const failed = new WeakSet<object>()
  return async (claim: object, one: ToSettle): Promise<DeliveryApplied | undefined> => {
    if (failed.has(claim)) return (await applyAll([one]))[0] // mutant: C22.settled-alone
    try {
      return await together(one)
    } catch (error) {
      failed.add(claim)
      throw error
    }
  }
}

/** Decided on what the claim loaded, so that it is one step wherever nothing moved meanwhile. */
function createSettle(engine: Pick<EngineOutbox, 'apply'>, causes: WebhookCauses) {
  const apply = createApplyTogether(engine)
  return async (input: SettleDelivery): Promise<'settled' | 'fenced'> => {
    const { claim, now, durationMs, result } = input
    const { verificationId, sendNumber: send, tryNumber, token } = claim
    const guard: DeliveryGuard = {
      verificationId,
      send,
      token,
      status: 'sending',
      tries: tryNumber,
    }
    const answer = { tryNumber, durationMs, result }
    let held: HeldDelivery = { ...claim, send, tries: tryNumber, verificationStatus: 'pending' }
    for (let n = 0; n < MAX_DECISIONS; n += 1) {
      const settled = withWebhooks(causes, claim.service, held, decideSettled(held, input))
      const outcome = await apply(claim, { change: { ...guard, change: settled, answer }, now })
      if (outcome?.kind === 'applied') {
        causes.written(settled.events)
        return 'settled'
      }
      if (outcome?.kind !== 'changed') return 'fenced'
      held = { ...held, ...outcome.row }
    }
    throw new StoreUnavailableError('the verification moved too often')
  }
}

/** Decided on what the claim loaded, as a settlement is. */
function createBegin(
  { apply }: Pick<EngineOutbox, 'apply'>,
  causes: WebhookCauses,
): Outbox['begin'] {
  return async (claim, { now, admission }) => {
    const { verificationId, sendNumber: send, token } = claim
    const guard = { verificationId, send, token, status: 'waiting', tries: 0 } as const
    let row = { ...claim, send, verificationStatus: 'pending' }
    for (let n = 0; n < MAX_DECISIONS; n += 1) {
      const { change: decided, begun } = decideBegun(row, claim, { now, admission })
      const change = withWebhooks(causes, claim.service, row, decided)
      const [outcome] = await apply([{ ...guard, change, answer: null }], now)
      if (outcome?.kind === 'applied') causes.written(change.events)
      if (outcome?.kind !== 'changed') return outcome?.kind === 'applied' ? begun : undefined
      const { verificationStatus, sends, expiresAt } = outcome.row
      row = { ...row, verificationStatus, sends, expiresAt }
    }
    throw new StoreUnavailableError('the verification moved too often')
  }
}

/** Not begun: where it was before the claim. */
function toRelease(claimed: Parameters<Outbox['release']>[0][number]): DeliveryToApply {
  const { verificationId, sendNumber: send, tryNumber, token } = claimed
  const row = { verificationId, send, token, answer: null }
  return isWaiting(send)
    ? { ...row, status: 'waiting', tries: 0, change: decideStepReleased() }
    : { ...row, status: 'sending', tries: tryNumber, change: decideReleased(tryNumber) }
}

export function createOutbox(
  engine: EngineOutbox,
  causes: WebhookCauses = NO_CAUSES,
): Omit<Outbox, 'serve' | 'receive'> {
  return {
    // What `plan` prepared is handed back as it came.
    claim: createClaim(engine, causes) as Outbox['claim'],
    settle: createSettle(engine, causes),
    begin: createBegin(engine, causes),
    async release(claims) {
      await engine.apply(claims.map(toRelease), 0)
    },
    dueLanes: engine.dueLanes,
    pastSends: engine.pastSends,
    backlog: engine.backlog,
    depths: engine.depths,
  }
}
