// B21: how soon a login system's code is accepted (POST /relay/supabase): the answer comes after the commit.
// Without the disk's sync, which is the commit's own time, and with it.

import { alternate, type Figure, measure } from '../harness/figure.ts'
import { startService } from '../harness/server.ts'
import { format, median, percentile } from '../harness/stats.ts'
import { waitIdle } from '../harness/usage.ts'

const ROUNDS = 4
const REQUESTS = 200
/** Supabase gives five seconds in all, its further tries included. */
const MAX_MS = 50
const SECRET = `whsec_${Buffer.from('a secret for the benchmark alone').toString('base64')}`
const RELAY = {
  RELAY_SUPABASE_SECRET: SECRET,
  LIMIT_SENDS_PER_COUNTRY_HOUR: '1000000/3600',
  LIMIT_SENDS_PER_SERVICE_HOUR: '1000000/3600',
}

export const relay: Figure = {
  id: 'B21',
  title: 'Relay: a login system’s code is accepted',
  async run({ loader, share }) {
    const count = Math.max(20, Math.round(REQUESTS * share))
    const env = { ...loader.gatewayEnv, ...RELAY }
    const beside = await startService({ ...env, SQLITE_SYNCHRONOUS: 'normal' })
    const synced = await startService(env)
    const firsts: number[] = []
    const ask =
      ({ pid, url }: typeof beside) =>
      async () => {
        await waitIdle(pid)
        const { firstMs, relayMs } = await loader.run('relays', { url, secret: SECRET, count })
        firsts.push(firstMs)
        return relayMs
      }
    const results = await alternate(ROUNDS, { beside: ask(beside), synced: ask(synced) })
    await Promise.all([beside.stop(), synced.stop()])
    const p99 = (side: number[][]) => side.map((times) => percentile(times, 0.99))
    const p50 = (side: number[][]) => format(median(side.map((times) => percentile(times, 0.5))))
    return {
      measures: [
        measure(
          'B21a',
          'answer p99, beside its commit',
          p99(results.beside),
          { atMost: MAX_MS },
          'ms',
        ),
        measure(
          'B21b',
          'answer p99, with its commit',
          p99(results.synced),
          { atMost: MAX_MS },
          'ms',
        ),
      ],
      notes: [
        `The middle one: ${p50(results.beside)} ms without the disk's sync, ${p50(results.synced)} ms with it. The very first one loads the relay: ${format(Math.max(...firsts.slice(0, 2)))} ms.`,
      ],
    }
  },
}
