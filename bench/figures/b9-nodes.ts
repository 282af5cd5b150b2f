// B9: flows a second of one, two and four nodes on one PostgreSQL and, where it is installed, one Redis, at a light cost.
// All of them share the cores with the servers and the load: what is told beside the ratio is the cost of a flow in each.

import { type PostgresServer, startPostgres } from '../../test/postgres/server.ts'
import { REDIS, type RedisServer, startRedis } from '../../test/redis/server.ts'
import { alternate, type Figure, measure } from '../harness/figure.ts'
import {
  API_KEY,
  LIGHT_COST,
  makeDirectory,
  type Service,
  startService,
} from '../harness/server.ts'
import { format, median } from '../harness/stats.ts'
import { cpuMs, familyCpuMs, waitIdle } from '../harness/usage.ts'

const ROUNDS = 4
const SECONDS = 4
const CALLERS = 16
const COUNTS = [1, 2, 4] as const
/** No node may cost the others: on cores that all of them share, more nodes bring no more. */
const MIN_OF_TWO = 1
const MIN_OF_FOUR = 0.9
/** As an operator has it: a commit is on the disk. */
export const DURABLE = { fsync: 'on', full_page_writes: 'on', shared_buffers: '256MB' }

type Side = { rate: number; nodesMs: number; postgresMs: number; redisMs: number }

async function startNodes(env: Record<string, string>): Promise<Service[]> {
  const nodes: Service[] = []
  for (let n = 0; n < Math.max(...COUNTS); n += 1)
    nodes.push(await startService({ ...env, ...LIGHT_COST }, makeDirectory()))
  return nodes
}

function tell(count: number, sides: readonly Side[]): string {
  const of = (name: keyof Side) => format(median(sides.map((side) => side[name])))
  return `${count} node${count > 1 ? 's' : ''}: ${of('rate')} flows/s; of a flow the nodes take ${of('nodesMs')} ms of CPU, PostgreSQL ${of('postgresMs')} ms, Redis ${of('redisMs')} ms`
}

async function measureNodes(
  { loader, share }: Parameters<Figure['run']>[0],
  nodes: readonly Service[],
  postgres: PostgresServer,
  redis: RedisServer | undefined,
) {
  const side = (count: number) => async (): Promise<Side> => {
    const [first, ...others] = nodes.slice(0, count).map(({ url, pid }) => ({ url, pid }))
    const cpu = () => ({
      postgres: familyCpuMs(postgres.pid()),
      redis: redis ? cpuMs(redis.pid()) : 0,
    })
    for (const { pid } of nodes) await waitIdle(pid)
    const before = cpu()
    const result = await loader.run('closedLoop', {
      ...{ target: 'ours', ...(first as { url: string; pid: number }), others, apiKey: API_KEY },
      ...{ callers: CALLERS, warmUpSeconds: 0, seconds: SECONDS * share },
    })
    const after = cpu()
    const { flows, flowsPerSecond, serverCpuMs } = result
    return {
      rate: flowsPerSecond,
      nodesMs: serverCpuMs / flows,
      postgresMs: (after.postgres - before.postgres) / flows,
      redisMs: (after.redis - before.redis) / flows,
    }
  }
  return alternate(ROUNDS, { one: side(1), two: side(2), four: side(4) })
}

export const nodes: Figure = {
  id: 'B9',
  title: 'Many nodes',
  async run(context) {
    const postgres = await startPostgres(DURABLE)
    const redis = REDIS ? await startRedis() : undefined
    try {
      const env = { ...context.loader.gatewayEnv, DATABASE_URL: postgres.url() }
      const started = await startNodes(redis ? { ...env, RATE_LIMIT_URL: redis.url() } : env)
      const sides = await measureNodes(context, started, postgres, redis)
      await Promise.all(started.map((node) => node.stop()))
      const against = (many: Side[]) =>
        many.map(({ rate }, i) => rate / (sides.one[i]?.rate ?? Number.NaN))
      return {
        measures: [
          measure('B9a', 'flows/s of 2 nodes ÷ 1', against(sides.two), { atLeast: MIN_OF_TWO }),
          measure('B9b', 'flows/s of 4 nodes ÷ 1', against(sides.four), { atLeast: MIN_OF_FOUR }),
        ],
        notes: [
          `${tell(1, sides.one)}. ${tell(2, sides.two)}. ${tell(4, sides.four)}.`,
          `PostgreSQL 18 with synced commits${redis ? '' : '; no redis-server here: the limits were counted in PostgreSQL'}. Nodes, servers and load share the same cores.`,
        ],
      }
    } finally {
      await redis?.stop()
      await postgres.stop()
    }
  },
}
