// B20: what a million messages to a webhook cost new flows: flows/s and start p99 beside a store without them, on both engines. Their
// receiver was away, and takes them again in a day; the message of each new flow goes to it at once.

import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { startPostgres } from '../../test/postgres/server.ts'
import { REDIS, startRedis } from '../../test/redis/server.ts'
import { alternate, type Context, type Figure, type Measure, measure } from '../harness/figure.ts'
import { DATABASE, makeTemplate } from '../harness/old-rows.ts'
import {
  API_KEY,
  LIGHT_COST,
  makeDirectory,
  type Service,
  startService,
} from '../harness/server.ts'
import { format, median, percentile } from '../harness/stats.ts'
import { waitIdle } from '../harness/usage.ts'
import { addWebhookRows, addWebhookRowsToPostgres, webhooksTo } from '../harness/webhook-rows.ts'
import { DURABLE } from './b9-nodes.ts'

const TOTAL = 1_000_000
const ROUNDS = 7
const SECONDS = 2
const CALLERS = 8
/** As beside old verifications (B4). */
const MIN_RATE = 0.92
const MAX_P99 = 1.2
const DAY_MS = 86_400_000

type Round = { rate: number; p99: number; cpuMs: number }
type Side = 'empty' | 'full'
type Sides = Record<Side, Round[]>

const totalOf = ({ share }: Context) => Math.round(TOTAL * Math.min(1, share))

const settingsOf = ({ loader }: Context) => {
  const { env, ids } = webhooksTo(`${loader.gatewayUrl}/hook`)
  const messages = { destination: ids[0] ?? '', dueAt: Date.now() + DAY_MS }
  return { messages, env: { ...loader.gatewayEnv, ...LIGHT_COST, ...env } }
}

async function measureBoth(
  { loader, share }: Context,
  services: Record<Side, Service>,
): Promise<Sides> {
  const round = (service: Service) => async (): Promise<Round> => {
    for (const { pid } of Object.values(services)) await waitIdle(pid)
    const {
      flows,
      flowsPerSecond: rate,
      startMs,
      serverCpuMs,
    } = await loader.run('closedLoop', {
      ...{ target: 'ours', url: service.url, pid: service.pid, apiKey: API_KEY },
      ...{ callers: CALLERS, warmUpSeconds: 0.5, seconds: SECONDS * share },
    })
    return { rate, p99: percentile(startMs, 0.99), cpuMs: serverCpuMs / flows }
  }
  const sides = await alternate(ROUNDS, {
    empty: round(services.empty),
    full: round(services.full),
  })
  await Promise.all(Object.values(services).map((service) => service.stop()))
  return sides
}

async function onSqlite(context: Context): Promise<Sides> {
  const { env, messages } = settingsOf(context)
  const template = await makeTemplate(context.loader)
  const start = async (side: Side) => {
    const dataDir = makeDirectory()
    const path = join(dataDir, DATABASE)
    copyFileSync(template, path)
    if (side === 'full') addWebhookRows(path, totalOf(context), [messages])
    return startService(env, dataDir)
  }
  return measureBoth(context, { empty: await start('empty'), full: await start('full') })
}

async function onPostgres(context: Context): Promise<Sides> {
  const { env, messages } = settingsOf(context)
  const postgres = await startPostgres(DURABLE)
  const redis = REDIS ? await startRedis() : undefined
  const numbers = { empty: 0, full: 1 }
  try {
    const client = new pg.Client({ connectionString: postgres.url() })
    await client.connect()
    for (const name of Object.keys(numbers)) await client.query(`create database "${name}"`)
    await client.end()
    const start = async (side: Side) => {
      const limits = redis && { RATE_LIMIT_URL: redis.url(numbers[side]) }
      const store = { DATABASE_URL: postgres.url(side), ...limits }
      await makeTemplate(context.loader, store)
      if (side === 'full')
        await addWebhookRowsToPostgres(postgres.url(side), totalOf(context), messages)
      return startService({ ...env, ...store })
    }
    return await measureBoth(context, { empty: await start('empty'), full: await start('full') })
  } finally {
    await redis?.stop()
    await postgres.stop()
  }
}

function measuresOf(id: string, engine: string, { empty, full }: Sides): Measure[] {
  const ratios = (name: keyof Round) => full.map((one, i) => one[name] / (empty[i]?.[name] ?? 0))
  const beside = `beside a backlog ÷ without, ${engine}`
  return [
    measure(`${id}1`, `flows/s ${beside}`, ratios('rate'), { atLeast: MIN_RATE }),
    measure(`${id}2`, `start p99 ${beside}`, ratios('p99'), { atMost: MAX_P99 }),
    measure(`${id}3`, `CPU of a flow ${beside}`, ratios('cpuMs'), { better: 'lower' }),
  ]
}

export const webhookBacklog: Figure = {
  id: 'B20',
  title: 'A backlog of webhooks',
  async run(context) {
    const sqlite = await onSqlite(context)
    const postgres = await onPostgres(context)
    const show = (sides: Sides) => {
      const of = (side: Side) => format(median(sides[side].map(({ rate }) => rate)))
      return `${of('empty')} flows/s, with the backlog ${of('full')}`
    }
    return {
      measures: [
        ...measuresOf('B20a', 'SQLite', sqlite),
        ...measuresOf('B20b', 'PostgreSQL', postgres),
      ],
      notes: [
        `${totalOf(context)} messages that wait for their receiver, and a flow’s own that is sent to it. SQLite: ${show(sqlite)}. PostgreSQL: ${show(postgres)}.`,
      ],
    }
  },
}
