// The store's part in polls over an engine: which tries are still asked about, and when next (delivery/receipts/polls.ts decides).
// It must not ask a provider, nor change anything but the time of a poll.

import type { ClaimedPoll, PollStore, PollWaiting } from '../delivery/receipts/poll-ports.ts'
import { isAwaited, nextPollAt } from '../delivery/receipts/polls.ts'
import { mayFailOver, type PolledDelivery } from '../delivery/receipts/receipts.ts'
import { tryId } from '../kernel/ids.ts'
import type { Engine } from './engine.ts'
import type { LeasedPoll } from './engine-receipts.ts'

type EngineOutbox = Engine['outbox']

const keyOf = ({
  verificationId,
  send,
  tryNumber,
}: Pick<ClaimedPoll, 'verificationId' | 'send' | 'tryNumber'>) => ({
  verificationId,
  send,
  tryNumber,
})

function waitingFor(row: PolledDelivery, { next, hasWebhook }: PollWaiting, now: number): boolean {
  const hasFailover = mayFailOver(row, next, now)
  const { isViewed } = row
  return isAwaited(row, { hasFailover, hasWebhook: hasWebhook(row.service), isViewed }, now)
}

function timeOf(row: PolledDelivery, now: number): number | null {
  const handedAt = row.tryStartedAt + (row.tryDurationMs ?? 0)
  return nextPollAt({ handedAt, expiresAt: row.expiresAt }, now, row.isViewed)
}

function toPoll(row: LeasedPoll): ClaimedPoll {
  const { channel, kind, tryProvider: provider, reference, leaseUntil, tryStartedAt } = row
  return {
    ...keyOf(row),
    ...{ channel, kind, provider, reference, leaseUntil },
    tryId: tryId(row.verificationId, row.send, row.tryNumber),
    startedAt: tryStartedAt,
  }
}

/** There is something to ask by: a decoy is asked about as a message is, of whoever imitates its provider. */
const canBeAsked = ({ kind, tryResult, reference, receipt }: PolledDelivery) =>
  (receipt === null || receipt === 'sent') &&
  ((kind === 'decoy' && tryResult === 'sent') || (kind === 'real' && reference !== null))

export function createPolls(engine: EngineOutbox): PollStore {
  return {
    pollsDue: engine.pollsDue,
    async claimPolls({ next, hasWebhook, ...input }) {
      const rows = await engine.leasePolls(input)
      const isAsked = (row: LeasedPoll) => waitingFor(row, { next, hasWebhook }, row.at)
      const { asked = [], dropped = [] } = Object.groupBy(rows, (row) =>
        isAsked(row) ? 'asked' : 'dropped',
      )
      const drop = (row: LeasedPoll) =>
        engine.planPoll({ ...keyOf(row), from: row.leaseUntil, to: null, isViewed: false })
      await Promise.all(dropped.map(drop))
      return asked.map(toPoll)
    },
    async settlePoll(poll, { now, ...waiting }) {
      const { provider, leaseUntil: from } = poll
      const row = await engine.reported({ by: 'number', provider, ...keyOf(poll) }, now)
      if (!row) return
      const to = waitingFor(row, waiting, row.at) ? timeOf(row, row.at) : null
      await engine.planPoll({ ...keyOf(poll), from, to, isViewed: false })
    },
    async view({ verificationId, service, providers, now }) {
      const rows = await engine.unplannedTries(verificationId, now)
      const seen = rows
        .filter((row) => service === null || row.service === service)
        .filter((row) => providers.includes(row.tryProvider) && canBeAsked(row))
        .map((row) => ({ ...row, isViewed: true }))
      const nobodyElse = { hasFailover: false, hasWebhook: false, isViewed: true }
      for (const row of seen) {
        const to = isAwaited(row, nobodyElse, row.at) ? timeOf(row, row.at) : null
        if (to !== null) await engine.planPoll({ ...keyOf(row), from: null, to, isViewed: true })
      }
    },
  }
}
