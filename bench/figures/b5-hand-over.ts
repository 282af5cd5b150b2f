// B5: from the commit of a start to the provider's socket seeing its message, the service idle.
// Compared with what can't be left out: one durable commit (the worker's claim) and one HTTP request.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runBare } from '../harness/bare.ts'
import type { BareHandOverArgs, BareHandOverResult } from '../harness/bare-hand-over.ts'
import { alternate, type Context, type Figure, measure } from '../harness/figure.ts'
import { API_KEY, makeDirectory, startService } from '../harness/server.ts'
import { format, median, percentile } from '../harness/stats.ts'
import { waitIdle } from '../harness/usage.ts'

const ROUNDS = 3
const COUNT = 150
/** Longer than a hash: the mint has made its next code, and the service is idle. */
const PAUSE_MS = 40
const MAX_RATIO = 1.3

/** The hook's file: `id milliseconds` a line. */
function readCommits(path: string): Map<string, number> {
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  return new Map(lines.map((line) => line.split(' ')).map(([id = '', at]) => [id, Number(at)]))
}

async function bareRound({ loader, share }: Context): Promise<number[]> {
  const args: BareHandOverArgs = {
    path: join(makeDirectory(), 'bare.db'),
    url: loader.gatewayUrl,
    count: Math.ceil(COUNT * share),
    pauseMs: PAUSE_MS,
  }
  const { beganAt } = await runBare<BareHandOverResult>('./bare-hand-over.ts', args)
  const { seenAt } = await loader.run('seenAt', Object.keys(beganAt))
  await loader.run('forget', null)
  return Object.entries(beganAt).map(([id, began]) => (seenAt[id] ?? Number.NaN) - began)
}

export const handOver: Figure = {
  id: 'B5',
  title: 'Hand-over',
  async run(context) {
    const { loader, share } = context
    const commits = join(makeDirectory(), 'commits.txt')
    const hook = new URL('../harness/commit-times.mjs', import.meta.url)
    hook.searchParams.set('file', commits)
    const service = await startService(loader.gatewayEnv, makeDirectory(), ['--import', hook.href])
    const bare = async () => {
      await waitIdle(service.pid)
      return bareRound(context)
    }
    const ours = async () => {
      await waitIdle(service.pid)
      const { seenAt } = await loader.run('handOvers', {
        ...{ url: service.url, apiKey: API_KEY },
        ...{ count: Math.ceil(COUNT * share), pauseMs: PAUSE_MS },
      })
      const committed = readCommits(commits)
      return Object.entries(seenAt).map(([id, seen]) => {
        const at = committed.get(id)
        if (at === undefined) throw new Error(`the hook noted no commit of ${id}`)
        return seen - at
      })
    }
    const times = await alternate(ROUNDS, { bare, ours })
    await service.stop()
    const at = (rounds: number[][], rank: number) => rounds.map((one) => percentile(one, rank))
    const ratio = (rank: number) =>
      at(times.ours, rank).map((ms, i) => ms / (at(times.bare, rank)[i] ?? Number.NaN))
    const tell = (rounds: number[][]) =>
      `p50 ${format(median(at(rounds, 0.5)))} ms, p99 ${format(median(at(rounds, 0.99)))} ms`
    return {
      measures: [
        measure('B5', 'hand-over p99 ÷ (one durable commit + one bare request) p99', ratio(0.99), {
          atMost: MAX_RATIO,
        }),
      ],
      notes: [
        `Hand-over ${tell(times.ours)}; the bare commit and request ${tell(times.bare)}; p50 ÷ p50 ${format(median(ratio(0.5)))}.`,
      ],
    }
  },
}
