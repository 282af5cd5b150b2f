// Breaks one thing at a time, from the seed, and puts it right before the next.
// It must not leave anything broken behind, whatever threw.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster, Node } from './cluster.ts'
import type { Gateway } from './gateway.ts'
import type { Chance } from './seeded.ts'
import { RULES } from './settings.ts'
import { withClient } from './tables.ts'

const BETWEEN_MS = { min: 300, max: 1_500 }
const DOWN_MS = { min: 0, max: 1_200 }
/** The sends of a node that freezes are under way by then. */
const SLOW_BEFORE_FREEZE_MS = 700
const HELD_WITHIN_MS = 3_000
const LOOK_EVERY_MS = 100
/** Until another node sends what it took over, and in the midst of that it wakes; or past the lease in any case. */
const FREEZE_MS = { min: RULES.leaseMs + 600, max: RULES.leaseMs + 2_000 }
const WAKES_AFTER_TAKE_OVER_MS = { min: 0, max: 400 }
/** What it held may be canceled in the meantime. */
const MAX_FREEZES = 3
const SLOW_AFTER_FREEZE_MS = 700
const PROVIDER_DOWN_MS = { min: 800, max: 2_500 }

export type Fault =
  | 'kill'
  | 'freeze'
  | 'drain'
  | 'restart-postgres-fast'
  | 'restart-postgres-immediate'
  | 'terminate-connections'
  | 'kill-redis'
  | 'provider-down'

export type Struck = { fault: Fault; at: number; tookMs: number; on: string }

export type Nemesis = {
  readonly struck: readonly Struck[]
  /** Resolves when the last fault is healed. @throws what a healing met */
  stop(): Promise<void>
}

const TAKE_OVERS = `select count(*) from events where type = 'delivery.reclaimed'`

type Strike = (chance: Chance) => Promise<string>

const MS = (range: { min: number; max: number }, chance: Chance) =>
  chance.between(range.min, range.max)

/** Every connection of every node, or each with an even chance. */
function terminateConnections(url: string, share: number): Promise<number> {
  return withClient(url, async (client) => {
    const { rowCount } = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name like 'countersign%' and random() <= $1`,
      [share],
    )
    return rowCount ?? 0
  })
}

/** The first answer that is not undefined, or that none came in time. */
async function waitUntil<T>(
  look: () => Promise<T | undefined> | T | undefined,
  withinMs: number,
): Promise<T | undefined> {
  const end = performance.now() + withinMs
  for (;;) {
    const found = await look()
    if (found !== undefined || performance.now() > end) return found
    await sleep(LOOK_EVERY_MS)
  }
}

/** Until another node took over what it held, and some; or for the longest time there is. */
async function freezeOne({ databaseUrl }: Cluster, node: Node, chance: Chance) {
  const atMostMs = MS(FREEZE_MS, chance)
  const laterMs = MS(WAKES_AFTER_TAKE_OVER_MS, chance)
  node.freeze()
  const began = performance.now()
  try {
    const tookOver = await withClient(databaseUrl, async (client) => {
      const before = (await client.query(TAKE_OVERS)).rows[0].count
      const look = async () => (await client.query(TAKE_OVERS)).rows[0].count > before || undefined
      return (await waitUntil(look, atMostMs)) ?? false
    })
    await sleep(laterMs)
    return { tookOver, forMs: Math.round(performance.now() - began) }
  } finally {
    node.thaw()
  }
}

function strikesOf(cluster: Cluster, gateway: Gateway): Record<Fault, Strike | undefined> {
  const { nodes, postgres, redis } = cluster
  const restart =
    (mode: 'fast' | 'immediate'): Strike =>
    async (chance) => {
      const awayMs = MS(DOWN_MS, chance)
      await postgres.restart(mode, awayMs)
      return `${mode}, away for ${awayMs} ms`
    }
  return {
    async kill(chance) {
      const node = chance.pick(nodes)
      await node.kill()
      await sleep(MS(DOWN_MS, chance))
      await node.start()
      return `node ${node.index}`
    },
    async drain(chance) {
      const node = chance.pick(nodes)
      const code = await node.drain()
      await node.start()
      if (code !== 0) throw new Error(`node ${node.index} drained with exit code ${code}`)
      return `node ${node.index}`
    },
    async freeze(chance) {
      gateway.setMood('slow')
      await sleep(SLOW_BEFORE_FREEZE_MS)
      const said: string[] = []
      for (let n = 0, isTakenOver = false; n < MAX_FREEZES && !isTakenOver; n += 1) {
        const held = await waitUntil(() => gateway.nodeThatIsHeld(), HELD_WITHIN_MS)
        const node = nodes[held ?? chance.between(0, nodes.length - 1)] as Node
        const { tookOver, forMs } = await freezeOne(cluster, node, chance)
        isTakenOver = tookOver
        said.push(`node ${node.index}, ${forMs} ms, ${tookOver ? '' : 'not '}taken over`)
      }
      await sleep(SLOW_AFTER_FREEZE_MS)
      gateway.setMood('usual')
      return said.join('; ')
    },
    'restart-postgres-fast': restart('fast'),
    'restart-postgres-immediate': restart('immediate'),
    async 'terminate-connections'(chance) {
      const share = chance.pick([1, 0.5])
      const ended = await terminateConnections(cluster.databaseUrl, share)
      return `${ended} of them`
    },
    'kill-redis':
      redis &&
      (async (chance) => {
        await redis.kill()
        await sleep(MS(DOWN_MS, chance))
        await redis.start()
        return 'redis'
      }),
    async 'provider-down'(chance) {
      const forMs = MS(PROVIDER_DOWN_MS, chance)
      const mood = chance.pick(['down', 'first-down', 'first-down'] as const)
      gateway.setMood(mood)
      await sleep(forMs)
      gateway.setMood('usual')
      return `${mood}, ${forMs} ms`
    },
  }
}

/** Freezing strikes at the lease, the subtlest thing here: it comes once more than any other, and first. */
const BAG: readonly Fault[] = [
  'kill',
  'freeze',
  'drain',
  'restart-postgres-fast',
  'restart-postgres-immediate',
  'terminate-connections',
  'kill-redis',
  'provider-down',
]

const OTHERS = BAG.filter((fault) => fault !== 'freeze')

/** First a freeze, then each other kind once, in an order of the seed, then all of them in another, again and again. */
export function startNemesis(input: {
  chance: Chance
  cluster: Cluster
  gateway: Gateway
  tell: (line: string) => void
}): Nemesis {
  const { chance, cluster, gateway, tell } = input
  const strikes = strikesOf(cluster, gateway)
  const struck: Struck[] = []
  const quit = new AbortController()
  const pause = () =>
    sleep(MS(BETWEEN_MS, chance), undefined, { signal: quit.signal }).catch(() => {})
  const run = async () => {
    for (let round = 0; ; round += 1)
      for (const fault of ['freeze', ...chance.shuffled(round === 0 ? OTHERS : BAG)] as const) {
        const strike = strikes[fault]
        if (!strike) continue
        await pause()
        if (quit.signal.aborted) return
        const at = Date.now()
        const on = await strike(chance)
        const tookMs = Date.now() - at
        struck.push({ fault, at, tookMs, on })
        tell(`${fault} (${on}) ${tookMs} ms`)
      }
  }
  const running = run()
  // Awaited at the end; until then a failure must not count as unhandled.
  running.catch(() => {})
  return {
    struck,
    async stop() {
      quit.abort()
      await running
    },
  }
}
