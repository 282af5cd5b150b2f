// What waits for each provider, and which should carry more: parts of the Health page.

import { html } from 'hono/html'
import { writeRate } from '../admin/advice/lanes.ts'
import type { HealthReport } from '../admin/ports.ts'
import type { Html } from './shell.ts'
import { numbers, table } from './table.ts'
import { spanOf, stamp } from './words.ts'

/** A message that waits longer is late for a user in front of a login form. */
export const LATE_MS = 10_000

function waitOf(waitMs: number): Html | string {
  if (waitMs < 1_000) return 'none'
  const span = `about ${spanOf(waitMs)}`
  return waitMs > LATE_MS ? stamp(span, 'warn') : span
}

export function lanesOf({ lanes }: HealthReport): Html | string {
  if (lanes.length === 0) return ''
  return html`<p class="soft">Messages due by provider, on all nodes. Where a message would wait a minute at each provider of its route, its start is refused (503).</p>${table(
    {
      caption: 'Waiting messages by provider',
      columns: ['Provider', 'Channel', 'Rate', ...numbers('Due'), 'Wait'],
      rows: lanes.map((lane) => [
        lane.provider,
        lane.channel,
        writeRate(lane) ?? html`<span class="soft">none</span>`,
        lane.isMore && lane.due > 1 ? `${lane.due}+` : lane.due,
        waitOf(lane.waitMs),
      ]),
    },
  )}`
}

/** An operator changes a route; nobody else does. */
export function adviceOf({ weights }: HealthReport): Html | string {
  const notes = weights.advice.map(({ channel, from, to, text }) => {
    const counts = `${channel}, ${from.recipients} and ${to.recipients} people within a day`
    return html`<p class="note warn"><bdi>${text}</bdi> <span class="soft">(${counts}; nothing is moved automatically)</span></p>`
  })
  return html`${notes}`
}
