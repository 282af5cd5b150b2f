// What waits in the lanes of the outbox: when the first row of each is due, and how deep a channel is.
// It must not list providers: a lane is whatever the rows say.

import type { LaneDue, OutboxDepth } from '../../delivery/outbox-ports.ts'
import type { Backlog } from '../../delivery/pace/ports.ts'
import { CHANNELS, type Channel } from '../../kernel/channel.ts'
import { MAX_COUNTED } from '../outbox-reads.ts'
import { and, atMost, eq, gt, isNotNull, isNull, type Orm, sql } from './drizzle.ts'
import { deliveries } from './schema.ts'

const p = sql.placeholder
const d = deliveries
const isOfChannel = eq(d.channel, p('channel'))
export const ofLane = {
  isOfOne: and(isOfChannel, eq(d.provider, p('provider'))),
  isOfNone: and(isOfChannel, isNull(d.provider)),
}

/** Each a step or two in the index, for the worker asks after every wake. */
function createFirstDue(orm: Orm): (channel: Channel) => LaneDue[] {
  const firstDue = (isOfLane: typeof ofLane.isOfOne) =>
    orm
      .select({ provider: d.provider, at: sql<number>`${d.dueAt}` })
      .from(d)
      .where(and(isOfLane, isNotNull(d.dueAt)))
      .orderBy(d.provider, d.dueAt)
      .limit(atMost(1))
      .prepare()
  const ofNone = firstDue(ofLane.isOfNone)
  const after = firstDue(and(isOfChannel, gt(d.provider, p('provider'))))
  return (channel) => {
    const lanes: LaneDue[] = []
    const nobodys = ofNone.get({ channel })
    if (nobodys) lanes.push({ channel, provider: null, at: nobodys.at })
    for (let provider = ''; ; ) {
      const next = after.get({ channel, provider })
      if (!next || next.provider === null) return lanes
      provider = next.provider
      lanes.push({ channel, provider, at: next.at })
    }
  }
}

export function createLaneReads(orm: Orm) {
  const lanesOf = createFirstDue(orm)
  const depth = (isOfLane: ReturnType<typeof sql>) =>
    orm
      .select({
        due: sql<number>`coalesce(sum(due_at <= +${p('now')}), 0)`,
        retrying: sql<number>`coalesce(sum(due_at > +${p('now')} and status = 'queued'), 0)`,
      })
      .from(
        sql`(select due_at, status from deliveries where channel = +${p('channel')} and ${isOfLane}
          and due_at is not null order by due_at limit ${sql.raw(String(MAX_COUNTED))})`,
      )
      .prepare()
  const ofOne = depth(sql`provider = +${p('provider')}`)
  const ofNone = depth(sql`provider is null`)
  const depthOf = (channel: Channel, now: number): OutboxDepth => {
    const total: OutboxDepth = { channel, due: 0, retrying: 0, oldestDueMs: 0 }
    for (const { provider, at } of lanesOf(channel)) {
      const read = provider === null ? ofNone : ofOne
      const { due = 0, retrying = 0 } = read.get({ channel, provider, now }) ?? {}
      total.due += due
      total.retrying += retrying
      total.oldestDueMs = Math.max(total.oldestDueMs, now - at)
    }
    return total
  }
  const counted = orm
    .select({ due: sql<number>`count(*)`, first: sql<number | null>`min(due_at)` })
    .from(
      sql`(select due_at from deliveries where channel = +${p('channel')} and provider = +${p('provider')}
        and due_at <= +${p('now')} order by due_at limit +${p('limit')})`,
    )
    .prepare()
  return {
    backlog: (lanes: Parameters<Backlog>[0], now: number) =>
      lanes.map((lane) => {
        const { due = 0, first = null } = counted.get({ ...lane, now }) ?? {}
        return { due, oldestDueMs: first === null ? 0 : now - first }
      }),
    dueLanes: () => CHANNELS.flatMap(lanesOf),
    depths: (now: number) => CHANNELS.map((channel) => depthOf(channel, now)),
  }
}
