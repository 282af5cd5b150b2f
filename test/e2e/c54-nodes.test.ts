// C54 on four nodes and one PostgreSQL: a step's time, receipts, calls for the next step, a resend, an approval and a cancel at the
// same moment, on different nodes, and a node that is killed in the midst of it. What holds is what the chaos run's checker says.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findViolations } from '../chaos/checker.ts'
import { type Cluster, startCluster } from '../chaos/cluster.ts'
import { createHistory, type History, type Route } from '../chaos/history.ts'
import type { Report } from '../chaos/reporter.ts'
import { RULES } from '../chaos/settings.ts'
import { readTables, withClient } from '../chaos/tables.ts'
import {
  type MadeUp,
  type Received,
  type ReportedState,
  report,
  startMadeUp,
} from '../delivery/made-up-providers.ts'
import { LONG } from '../long.ts'
import { ADMIN_KEY, waitFor } from './service-process.ts'

/** Of each round: one without, one with a kill. */
const CHAINS = LONG ? 48 : 16
const CHAIN = [{ channel: 'telegram', timeout_seconds: 10 }, 'sms']
/** A resend needs a minute beside the half that it waits. */
const TTL_SECONDS = 150
const UNTIL_DUE_MS = 400
/** Around the moment in which the step is due: what comes before it, what after. */
const JITTER_MS = 60
const PATIENCE_MS = 15_000
const NODES = 4
/** Nobody is frozen here: on a busy machine a message may lie for longer than the short lease of the chaos run. */
const DEADLINE_SECONDS = 4
const LEASED = {
  ...RULES,
  deliveryDeadlineSeconds: DEADLINE_SECONDS,
  leaseMs: 3_000 * DEADLINE_SECONDS,
}

let providers: MadeUp
let cluster: Cluster
let history: History
const reports: Report[] = []
const numbers = new Map<string, string>()

beforeAll(async () => {
  providers = await startMadeUp()
  cluster = await startCluster(() => providers.url, DEADLINE_SECONDS)
  history = createHistory((node) => cluster.nodes[node]?.url ?? '')
})
afterAll(async () => {
  await cluster.stop()
  await providers.close()
})

const sql = (text: string) =>
  withClient(cluster.databaseUrl, async (client) => (await client.query(text)).rows)

function ask(node: number, route: Route, verification: string | undefined, body = {}) {
  const path = route === 'start' || route === 'check' ? route : `${verification}/${route}`
  return history.ask({
    ...{ logical: randomUUID(), hasKey: false, route, node, body, patienceMs: PATIENCE_MS },
    ...{ path: `/verify/${path}`, ...(verification && { verification }) },
  })
}

async function tell(node: number, message: Received, state: ReportedState): Promise<void> {
  const began = Date.now()
  const status = await report(cluster.nodes[node]?.url ?? '', message, state)
  const { tryId } = message
  reports.push({ tryId, state, isForged: false, began, ended: Date.now(), status })
}

/** As if its half minute had passed: a resend is allowed, and the step is due in a moment. */
async function letTimePass(): Promise<number> {
  await sql(`update verifications set last_send_at = last_send_at - 31000 where status = 'pending'`)
  await sql(`update deliveries set due_at = ${UNTIL_DUE_MS} + floor(extract(epoch from clock_timestamp()) * 1000)
    where status = 'waiting'`)
  return performance.now() + UNTIL_DUE_MS
}

async function begin(n: number): Promise<Received> {
  const to = `+1415555${String(1_000 + n)}`
  const client_ip = `2001:db8:${n.toString(16)}::1`
  const body = {
    to,
    client_ip,
    channels: CHAIN,
    ttl_seconds: TTL_SECONDS,
    metadata: { request: `${n}`, script: '' },
  }
  const outcome = await ask(n % NODES, 'start', undefined, body)
  const id = outcome.kind === 'answered' ? (outcome.body.id as string) : ''
  numbers.set(id, to)
  return waitFor(`the first message of ${id}`, () =>
    providers.of(id).find(({ answered }) => answered),
  )
}

/** All that moves a chain, each on a node of its own, at its moment. */
async function race(message: Received, n: number, dueAt: number): Promise<void> {
  const { verification: id, code } = message
  const node = (of: number) => (n + of) % NODES
  const ends = [
    () => ask(node(0), 'check', id, { id, code }),
    () => ask(node(0), 'cancel', id),
    () => tell(node(0), message, 'delivered'),
    async () => {},
  ]
  const end = ends[n % ends.length] ?? (async () => {})
  const at = async (work: () => Promise<unknown>) => {
    const early = Math.random() * 2 * JITTER_MS - JITTER_MS
    await sleep(Math.max(0, dueAt + early - performance.now()))
    await work()
  }
  // Every other chain is moved by its time alone.
  const next = n % 2 === 0 ? [] : [1, 2].map((of) => at(() => ask(node(of), 'next', id)))
  await Promise.all([
    ...next,
    at(() => ask(node(3), 'resend', id)),
    at(() => tell(node(1), message, 'undelivered')),
    at(() => tell(node(2), message, 'undelivered')),
    at(end),
  ])
}

/** What is still open is canceled; what a dead node held runs out of its lease. */
async function settle(ids: readonly string[]): Promise<void> {
  const isQuiet = async () => {
    const [row] = await sql(
      `select count(*)::integer as due from deliveries where due_at is not null and status <> 'waiting'`,
    )
    return row?.due === 0 || undefined
  }
  await waitFor('all messages to settle', isQuiet, 30_000)
  await Promise.all(ids.map((id, n) => ask(n % (NODES - 1), 'cancel', id)))
  await waitFor('the end', isQuiet)
}

type Counted = { name: string; used: number | null }

async function usedOf(to: string): Promise<number> {
  const response = await fetch(`${cluster.nodes[0]?.url}/admin/api/recipients/limits`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ to }),
  })
  const { services } = (await response.json()) as { services: { limits: Counted[] }[] }
  const [{ limits } = { limits: [] }] = services
  return limits.find(({ name }) => name === 'sends_per_number_burst')?.used ?? 0
}

async function violations() {
  const tables = await readTables(cluster.databaseUrl)
  return findViolations({
    ...{ rules: LEASED, asked: history.asked, messages: providers.messages, reports, tables },
    ...{ logs: cluster.logs(), deaths: cluster.deaths, struck: [], unsettled: [] },
  })
}

/**
 * Every message is counted, and nothing else is: but a resend or a step that was admitted and lost its race, and what a node that
 * was killed had been admitted for.
 */
async function expectExactBudgets(messages: readonly Received[], killed: number): Promise<void> {
  const { deliveries, sendTries } = await readTables(cluster.databaseUrl)
  for (const { verification: id } of messages) {
    const isOfIt = (one: { verification: string }) => one.verification === id
    const own = deliveries.filter(isOfIt)
    const triesOf = (send: number) =>
      sendTries.filter((one) => isOfIt(one) && one.send === send).length
    const sends = own.filter(({ send }) => send > 0)
    const counted = sends.reduce((sum, { send }) => sum + Math.max(1, triesOf(send)), 0)
    const resends = history.asked.filter(
      ({ route, verification }) => route === 'resend' && verification === id,
    )
    // Refused after it was admitted; or it was done, and a step that was admitted just then was put off.
    const lost = resends.length + (own.length - sends.length) + killed
    const went = new Set(providers.of(id).map(({ tryId }) => tryId)).size
    const used = await usedOf(numbers.get(id) ?? '')
    expect(used, id).toBeGreaterThanOrEqual(Math.max(went, counted - killed))
    expect(used, id).toBeLessThanOrEqual(counted + lost)
  }
}

it(`C54: all that moves a chain at the same moment, ${CHAINS} times on four nodes: no step twice, none after the end`, async () => {
  const messages = await Promise.all(Array.from({ length: CHAINS }, (_, n) => begin(n)))
  const dueAt = await letTimePass()
  await Promise.all(messages.map((message, n) => race(message, n, dueAt)))
  await settle(messages.map(({ verification }) => verification))
  expect(await violations()).toEqual([])
  await expectExactBudgets(messages, 0)
})

it('C54: and with a node that is killed in the midst of it', async () => {
  const messages = await Promise.all(Array.from({ length: CHAINS }, (_, n) => begin(100 + n)))
  const dueAt = await letTimePass()
  const kill = async () => {
    await sleep(Math.max(0, dueAt - performance.now() + Math.random() * JITTER_MS))
    await cluster.nodes[NODES - 1]?.kill()
  }
  await Promise.all([kill(), ...messages.map((message, n) => race(message, n, dueAt))])
  await settle(messages.map(({ verification }) => verification))
  await cluster.nodes[NODES - 1]?.start()
  expect(await violations()).toEqual([])
  await expectExactBudgets(messages, 1)
})
