// Every figure, in the order of the table.
// It must be loaded after the peers are installed.

import { beside } from './b1-beside-argon2.ts'
import { startLatency } from './b2-start-latency.ts'
import { againstBetterAuth } from './b3-better-auth.ts'
import { growth } from './b4-growth.ts'
import { handOver } from './b5-hand-over.ts'
import { overload } from './b6-overload.ts'
import { startUp } from './b7-start-up.ts'
import { delivery } from './b8-delivery.ts'
import { nodes } from './b9-nodes.ts'
import { hanging } from './b10-hanging.ts'
import { consolePages } from './b11-console.ts'
import { slowDisk } from './b12-slow-disk.ts'
import { againstCommit } from './b13-against-commit.ts'
import { receipts } from './b14-receipts.ts'
import { overviewOnPostgres, overviewOnSqlite } from './b15-overview.ts'
import { followersOnPostgres, followersOnSqlite } from './b17-followers.ts'
import { traces } from './b19-traces.ts'
import { webhookBacklog } from './b20-webhook-backlog.ts'
import { relay } from './b21-relay.ts'
import { costs } from './costs.ts'
import { flowCpu } from './flow-cpu.ts'
import { postgresCpu } from './postgres-cpu.ts'

export const ALL = [
  beside,
  startLatency,
  againstBetterAuth,
  growth,
  handOver,
  overload,
  startUp,
  delivery,
  nodes,
  hanging,
  consolePages,
  slowDisk,
  receipts,
  traces,
  overviewOnSqlite,
  overviewOnPostgres,
  followersOnSqlite,
  followersOnPostgres,
  webhookBacklog,
  relay,
  costs,
  flowCpu,
  postgresCpu,
]

/** Only with a predecessor to compare with. */
export const WITH_OLD = [againstCommit]
