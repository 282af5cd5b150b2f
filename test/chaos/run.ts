// One chaos run: load and faults for so many seconds, then healed, settled, and its record taken.
// It must not judge: checker.ts does.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, startCluster } from './cluster.ts'
import { type Gateway, startGateway } from './gateway.ts'
import { createHistory, type History } from './history.ts'
import { startNemesis } from './nemesis.ts'
import { sendPeople } from './people.ts'
import type { ChaosRecord } from './record.ts'
import { ABANDONED } from './scripts.ts'
import { type Chance, createChance } from './seeded.ts'
import { RULES } from './settings.ts'
import { readTables, withClient } from './tables.ts'

/** Everything that can be waited for has ended by then: the last expiry, the sweeper, and a delivery that began late. */
const SETTLE_MS = RULES.ttlSeconds * 1000 + RULES.sweeperGraceMs + RULES.sweeperDelayMs
const LOOK_EVERY_MS = 250
const CANCEL_PATIENCE_MS = 5_000

/** What is still to come: whom nobody will end but time, and messages that may still go out. */
const OPEN = `select id, status, metadata->>'script' as script, exists (select 1 from deliveries d
    where d.verification_seq = v.seq and d.due_at is not null) as due
  from verifications v where status = 'pending' or exists (
    select 1 from deliveries d where d.verification_seq = v.seq and d.due_at is not null)`

type Open = { id: string; status: string; script: string; due: boolean }

async function heal(cluster: Cluster, gateway: Gateway): Promise<void> {
  gateway.setMood('usual')
  for (const node of cluster.nodes) node.thaw()
  await Promise.all(cluster.nodes.map((node) => (node.isUp() ? undefined : node.start())))
}

/** The callers go home and cancel; those who were left alone are left to time. */
async function settle(cluster: Cluster, history: History, chance: Chance): Promise<string[]> {
  const end = performance.now() + SETTLE_MS
  const look = () =>
    withClient(cluster.databaseUrl, async (client) => (await client.query(OPEN)).rows as Open[])
  for (;;) {
    const open = await look()
    const isLate = performance.now() > end
    if (open.length === 0 || isLate)
      return open.map(
        ({ id, status, due }) => `${id} is ${status}${due ? ', with a message due' : ''}`,
      )
    for (const { id, status, script } of open) {
      if (status !== 'pending' || script === ABANDONED) continue
      const node = chance.between(0, cluster.nodes.length - 1)
      await history.ask({
        ...{ logical: randomUUID(), hasKey: false, route: 'cancel', node, verification: id },
        ...{ path: `/verify/${id}/cancel`, body: {}, patienceMs: CANCEL_PATIENCE_MS },
      })
    }
    await sleep(LOOK_EVERY_MS)
  }
}

/** As many kinds, too: the first ones differ (nemesis.ts). */
const LEAST_FAULTS = 5
const MAX_MORE_MS = 30_000

export type ChaosRun = { record: ChaosRecord; seconds: { faults: number; all: number } }

export async function runChaos(input: {
  seed: number
  seconds: number
  tell: (line: string) => void
}): Promise<ChaosRun> {
  const { seed, seconds, tell } = input
  const began = performance.now()
  const chance = createChance(seed)
  const gateway = await startGateway(chance.fork('gateway'))
  const cluster = await startCluster(gateway.urlOf)
  try {
    const history = createHistory((node) => cluster.nodes[node]?.url ?? '')
    gateway.reporter.reportTo(cluster.nodes.map(({ url }) => url))
    const forMs = seconds * 1000
    const nodes = cluster.nodes.length
    const people = sendPeople({ chance: chance.fork('people'), history, gateway, nodes, forMs })
    const nemesis = startNemesis({ chance: chance.fork('nemesis'), cluster, gateway, tell })
    const faultsBegan = performance.now()
    await sleep(forMs)
    // A slow machine needs longer for each: the last ones meet less load, and are not left out.
    const lastMs = performance.now() + MAX_MORE_MS
    while (nemesis.struck.length < LEAST_FAULTS && performance.now() < lastMs)
      await sleep(LOOK_EVERY_MS)
    await nemesis.stop().finally(() => heal(cluster, gateway))
    const faults = (performance.now() - faultsBegan) / 1000
    await people.leave()
    const unsettled = await settle(cluster, history, chance.fork('settle'))
    await gateway.reporter.done()
    const tables = await readTables(cluster.databaseUrl)
    const { struck } = nemesis
    const { deaths } = cluster
    return {
      record: {
        ...{ rules: RULES, asked: history.asked, messages: gateway.messages, tables, struck },
        reports: gateway.reporter.reports,
        ...{ logs: cluster.logs(), deaths: [...deaths], unsettled },
      },
      seconds: { faults, all: (performance.now() - began) / 1000 },
    }
  } finally {
    await cluster.stop()
    await gateway.close()
  }
}
