// B13: this checkout beside the commit that --against names: flows a second and CPU at the light cost, on both engines.
// Each side is an image built from its own lockfile and Dockerfile, with a store of its own.

import pg from 'pg'
import { startPostgres } from '../../test/postgres/server.ts'
import { REDIS, startRedis } from '../../test/redis/server.ts'
import { alternate, type Context, type Figure, type Measure, measure } from '../harness/figure.ts'
import type { Image } from '../harness/image.ts'
import {
  API_KEY,
  IMAGE,
  LIGHT_COST,
  makeDirectory,
  type Service,
  startService,
} from '../harness/server.ts'
import { format, median } from '../harness/stats.ts'
import { waitIdle } from '../harness/usage.ts'
import { DURABLE } from './b9-nodes.ts'

const ROUNDS = 9
const SECONDS = 2
const MIN_SQLITE = 1.6
const MIN_POSTGRES = 1.4
/** As in B3 and in B9. */
const CALLERS = { sqlite: 8, postgres: 16 }

type Side = { rate: number; cpuMs: number }
type Sides = Record<'now' | 'old', Side[]>
type Start = (image: Image, name: keyof Sides) => Promise<Service>

async function measureBoth(
  { loader, share }: Context,
  images: Record<keyof Sides, Image>,
  start: Start,
  callers: number,
): Promise<Sides> {
  const services = { now: await start(images.now, 'now'), old: await start(images.old, 'old') }
  const side = (name: keyof Sides) => async (): Promise<Side> => {
    for (const { pid } of Object.values(services)) await waitIdle(pid)
    const { url, pid } = services[name]
    const result = await loader.run('closedLoop', {
      ...{ target: 'ours', url, pid, apiKey: API_KEY },
      ...{ callers, warmUpSeconds: 0.5, seconds: SECONDS * share },
    })
    return { rate: result.flowsPerSecond, cpuMs: result.serverCpuMs / result.flows }
  }
  const sides = await alternate(ROUNDS, { old: side('old'), now: side('now') })
  await Promise.all(Object.values(services).map((service) => service.stop()))
  return sides
}

function measuresOf(
  [rateId, cpuId]: readonly [string, string],
  engine: string,
  { now, old }: Sides,
  atLeast: number,
): Measure[] {
  const ratio = (name: keyof Side) =>
    now.map((one, i) => one[name] / (old[i]?.[name] ?? Number.NaN))
  return [
    measure(rateId, `flows/s on ${engine}, new ÷ old`, ratio('rate'), { atLeast }),
    measure(cpuId, `CPU of a flow on ${engine}, new ÷ old`, ratio('cpuMs'), { better: 'lower' }),
  ]
}

function show(engine: string, callers: number, { now, old }: Sides): string {
  const of = (side: Side[]) =>
    `${format(median(side.map(({ rate }) => rate)))} flows/s, ${format(median(side.map(({ cpuMs }) => cpuMs)))} ms of the service's CPU a flow`
  return `${engine}, ${callers} callers: old ${of(old)}; new ${of(now)}.`
}

async function createDatabases(url: string, names: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const name of names) await client.query(`create database "${name}"`)
  await client.end()
}

async function onPostgres(context: Context, images: Record<keyof Sides, Image>): Promise<Sides> {
  const postgres = await startPostgres(DURABLE)
  const redis = REDIS ? await startRedis() : undefined
  const numbers = { now: 0, old: 1 }
  try {
    const start: Start = async (image, name) => {
      const env = { ...context.loader.gatewayEnv, ...LIGHT_COST, DATABASE_URL: postgres.url(name) }
      const limits = redis && { RATE_LIMIT_URL: redis.url(numbers[name]) }
      return startService({ ...env, ...limits }, makeDirectory(), [], image)
    }
    await createDatabases(postgres.url(), Object.keys(numbers))
    return await measureBoth(context, images, start, CALLERS.postgres)
  } finally {
    await redis?.stop()
    await postgres.stop()
  }
}

export const againstCommit: Figure = {
  id: 'B13',
  title: 'Against a predecessor',
  async run(context) {
    if (!context.old) throw new Error('B13 needs --against COMMIT')
    const images = { now: IMAGE, old: context.old.image }
    const start: Start = (image) =>
      startService({ ...context.loader.gatewayEnv, ...LIGHT_COST }, makeDirectory(), [], image)
    const sqlite = await measureBoth(context, images, start, CALLERS.sqlite)
    const postgres = await onPostgres(context, images)
    return {
      measures: [
        ...measuresOf(['B13a', 'B13b'], 'SQLite', sqlite, MIN_SQLITE),
        ...measuresOf(['B13c', 'B13d'], 'PostgreSQL', postgres, MIN_POSTGRES),
      ],
      notes: [
        `The old one is ${context.old.commit}, built from its own lockfile. ${show('SQLite', CALLERS.sqlite, sqlite)} ${show('PostgreSQL', CALLERS.postgres, postgres)}`,
      ],
    }
  },
}
