// Webhooks for people, for API, console and commands: destinations and their state, messages, replays.
// It must not reach beyond the admin's service, nor reveal a secret, a recipient or a URL's query.

import type { AuditStore } from '../audit/ports.ts'
import type { EventStore, EventType } from '../events/types.ts'
import type { Clock } from '../kernel/clock.ts'
import { readWebhookId, type WebhookKey, webhookId } from '../kernel/ids.ts'
import type { Destination, Destinations } from '../webhooks/destination.ts'
import {
  headsReader,
  MAX_REPLAYED,
  ON,
  STATES_OF,
  type StoredWebhook,
  type WebhookActs,
  type WebhookCount,
  type WebhookReads,
  type WebhookStatus,
  type WebhookSwitch,
} from '../webhooks/ports.ts'
import { actorOf } from './people.ts'
import type { Admin } from './ports.ts'

/** Rows a transaction: some 10 ms of it. */
const REPLAY_BATCH = 200
/** Beyond it an operator needs no exact number. */
const MAX_COUNTED = 1_000

export type ShownDestination = WebhookCount &
  WebhookSwitch & {
    service: string
    /** Without its query. Null: the settings no longer have it; nothing is sent to it. */
    url: string | null
  }

export type ShownWebhook = StoredWebhook & {
  id: string
  /** As of its destination. */
  url: string | null
}

export type WebhookFilter = {
  /** Null: every service. */
  service: string | null
  destination?: string | undefined
  status?: WebhookStatus | undefined
}

/** `removed`: nothing is sent to a URL that the settings no longer have. */
export type Replayed = 'queued' | 'sending' | 'removed'
export type ReplayedDead =
  | { kind: 'replayed'; count: number; isMore: boolean }
  | { kind: 'removed' }

export type WebhookDeps = {
  store: WebhookReads & WebhookActs
  chain: Pick<AuditStore, 'place' | 'lastSegment'>
  destinations: Destinations
  events: Pick<EventStore, 'append'>
  /** The sender of this process, where it has one. */
  wake: (destination: string) => void
  clock: Clock
}

/** Callers may keep a token in a query. */
export function shownUrl({ url }: Pick<Destination, 'url'>): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

const NOTHING = { pending: 0, dead: 0, deliveredAt: null }

/** What is there, within a service. */
function createReads({ store, chain, destinations }: WebhookDeps) {
  const urlOf = (id: string) => {
    const found = destinations.byId(id)
    return found ? shownUrl(found) : null
  }
  const shown = (message: StoredWebhook): ShownWebhook => ({
    ...message,
    id: webhookId(message.verificationId, message.destination, message.sequence),
    url: urlOf(message.destination),
  })

  /** Those of the settings, and those that have messages from earlier settings. */
  const visible = async (service: string | null) => {
    const own = destinations.all.map(({ id, service: of }) => ({ destination: id, service: of }))
    const known = await store.known()
    const removed = known.filter(({ destination }) => !destinations.byId(destination))
    return [...own, ...removed].filter((one) => (service ?? one.service) === one.service) // mutant: C35.webhooks-of-own-service
  }

  /** Heads of the log that a URL does not have yet. */
  const waitingHeads = async (id: string): Promise<number> => {
    const destination = destinations.byId(id)
    if (!destination || !destinations.hears(destination, 'audit.head')) return 0
    const [place, last] = [await chain.place(headsReader(id)), await chain.lastSegment()]
    return place === undefined ? 0 : Math.max(0, (last?.number ?? 0) - place)
  }

  return {
    async isVisible({ service }: Pick<Admin, 'service'>, destination: string) {
      return (await visible(service)).some((one) => one.destination === destination)
    },

    async find(service: string | null, id: string): Promise<ShownWebhook | undefined> {
      const key = readWebhookId(id)
      const found = key && (await store.find(key))
      return found && (service ?? found.service) === found.service ? shown(found) : undefined
    },

    async destinations(service: string | null): Promise<ShownDestination[]> {
      const found = await visible(service)
      const ids = found.map(({ destination }) => destination)
      const [counts, switches, heads] = await Promise.all([
        store.counts(ids, MAX_COUNTED),
        store.switches(ids),
        Promise.all(ids.map(waitingHeads)),
      ])
      const countOf = new Map(counts.map((one) => [one.destination, one]))
      return found.map(({ destination, service: of }, n) => {
        const count = countOf.get(destination) ?? { destination, ...NOTHING }
        return {
          ...count,
          pending: Math.min(MAX_COUNTED, count.pending + (heads[n] ?? 0)),
          ...(switches.get(destination) ?? ON),
          service: of,
          url: urlOf(destination),
        }
      })
    },

    /** Newest event first. @throws InvalidCursorError */
    async list(filter: WebhookFilter, cursor: string | null, limit: number) {
      const { destination, status } = filter
      const ids = (await visible(filter.service))
        .map((one) => one.destination)
        .filter((id) => (destination ?? id) === id)
      const states = status ? STATES_OF[status] : Object.values(STATES_OF).flat()
      const { items, nextCursor } = await store.list({ destinations: ids, states, cursor, limit })
      return { items: items.map(shown), nextCursor }
    },
  }
}

export type WebhookOperations = ReturnType<typeof createWebhookOperations>

/** @throws StoreUnavailableError everywhere */
export function createWebhookOperations(deps: WebhookDeps) {
  const { store, destinations, clock, wake } = deps
  const { isVisible, ...reads } = createReads(deps)
  const eventOf = (admin: Admin, type: EventType, of: { destination: string } | WebhookKey) => ({
    ...actorOf(admin, destinations.byId(of.destination)?.service ?? admin.service),
    at: clock.now(),
    type,
    verificationId: 'sequence' in of ? of.verificationId : null,
    budgetIndex: null,
    details: {
      destination: of.destination,
      ...('sequence' in of && { sequence: of.sequence }),
    },
  })

  return {
    ...reads,

    /** The same message again, under the same id. Undefined: there is none. */
    async replay(admin: Admin, id: string): Promise<Replayed | undefined> {
      const found = await reads.find(admin.service, id)
      if (!found) return undefined
      if (found.url === null) return 'removed' // mutant: C57.removed-is-not-replayed
      await deps.events.append([eventOf(admin, 'webhook.replayed', found)])
      const before = await store.replay(found, clock.now())
      wake(found.destination)
      return before === undefined || before === 'sending' ? before : 'queued'
    },

    /** All dead ones of a destination, the oldest first, a bounded number. Undefined: there is no such destination. */
    async replayDead(admin: Admin, destination: string): Promise<ReplayedDead | undefined> {
      if (!(await isVisible(admin, destination))) return undefined
      if (!destinations.byId(destination)) return { kind: 'removed' }
      await deps.events.append([eventOf(admin, 'webhook.replayed', { destination })])
      let count = 0
      for (let batch = REPLAY_BATCH; batch === REPLAY_BATCH && count < MAX_REPLAYED; ) {
        batch = await store.replayDead({ destination, now: clock.now(), limit: REPLAY_BATCH })
        count += batch
        if (batch > 0) wake(destination)
      }
      const [left] = await store.counts([destination], 1)
      return { kind: 'replayed', count, isMore: (left?.dead ?? 0) > 0 }
    },

    /** What waits goes out. @returns whether it was off; undefined: there is no such destination */
    async switchOn(admin: Admin, destination: string): Promise<boolean | undefined> {
      if (!(await isVisible(admin, destination))) return undefined
      const from = (await store.switches([destination])).get(destination) ?? ON
      if (from.offSince === null) return false
      const event = eventOf(admin, 'webhook.switched_on', { destination })
      const isDone = await store.turn({ destination, from, to: ON, event })
      wake(destination)
      return isDone
    },
  }
}
