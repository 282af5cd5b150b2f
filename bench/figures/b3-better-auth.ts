// B3: flows a second against better-auth's phone-number plugin on Hono and better-sqlite3, eight callers.
// Both sides: the same load, thread pool, malloc and SQLite settings, limits on, one POST to the gateway a message.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bareEnvironment } from '../harness/bare.ts'
import { alternate, type Context, type Figure, measure } from '../harness/figure.ts'
import { type Started, startProcess, waitForOutput } from '../harness/processes.ts'
import { API_KEY, LIGHT_COST, makeDirectory, ROOT, startService } from '../harness/server.ts'
import { format, median } from '../harness/stats.ts'
import { waitIdle } from '../harness/usage.ts'
import type { TargetName } from '../load/targets.ts'
import type { PeerArgs } from '../peers/better-auth.ts'

const ROUNDS = 7
const SECONDS = 2
const CALLERS = 8
/** More than a run takes at 1,000 flows a second. */
const USERS = 60_000
const MIN_PLAIN = 4
const MIN_HASHED = 1.2

async function startPeer(
  { loader }: Context,
  argon2?: PeerArgs['argon2'],
): Promise<Started & { url: string }> {
  const args: PeerArgs = {
    path: join(makeDirectory(), 'peer.db'),
    gatewayUrl: loader.gatewayUrl,
    secret: randomBytes(32).toString('base64'),
    users: USERS,
    ...(argon2 && { argon2 }),
  }
  const file = fileURLToPath(new URL('../peers/better-auth.ts', import.meta.url))
  const started = startProcess([file, JSON.stringify(args)], {
    env: bareEnvironment(),
    cwd: ROOT,
    directory: makeDirectory(),
  })
  return { ...started, url: await waitForOutput(started, /^listening on (http\S+)/m) }
}

type Rate = { flowsPerSecond: number; cpuMs: number }

export const againstBetterAuth: Figure = {
  id: 'B3',
  title: 'Against better-auth',
  async run(context) {
    const { loader, share } = context
    const light = { memoryKib: Number(LIGHT_COST.ARGON2_MEMORY_KIB), passes: 1 }
    const servers = {
      ours: await startService({ ...loader.gatewayEnv, ...LIGHT_COST }),
      plain: await startPeer(context),
      hashed: await startPeer(context, light),
    }
    await waitIdle(servers.ours.pid)
    const side =
      (target: TargetName, server: Started & { url: string }) => async (): Promise<Rate> => {
        const result = await loader.run('closedLoop', {
          ...{ target, url: server.url, pid: server.pid, apiKey: API_KEY },
          ...{ callers: CALLERS, warmUpSeconds: 0.5, seconds: SECONDS * share },
        })
        const { flowsPerSecond, serverCpuMs, flows } = result
        return { flowsPerSecond, cpuMs: serverCpuMs / flows }
      }
    const rates = await alternate(ROUNDS, {
      ours: side('ours', servers.ours),
      plain: side('better-auth', servers.plain),
      consume: side('better-auth-consume', servers.plain),
      hashed: side('better-auth', servers.hashed),
    })
    await Promise.all(Object.values(servers).map((server) => server.stop()))
    const against = (peer: Rate[]) =>
      rates.ours.map((ours, i) => ours.flowsPerSecond / (peer[i]?.flowsPerSecond ?? Number.NaN))
    const tell = (name: string, side: Rate[]) =>
      `${name} ${format(median(side.map((one) => one.flowsPerSecond)))} (${format(median(side.map((one) => one.cpuMs)))} ms of CPU)`
    return {
      measures: [
        measure(
          'B3a',
          'flows/s, ours hashed at 1 MiB ÷ its plaintext codes',
          against(rates.plain),
          { atLeast: MIN_PLAIN },
        ),
        measure('B3b', 'flows/s, both hashed at 1 MiB', against(rates.hashed), {
          atLeast: MIN_HASHED,
        }),
      ],
      notes: [
        `Flows a second: ${tell('ours', rates.ours)}, ${tell('its plaintext codes', rates.plain)}, ${tell('its plaintext codes, server-side consume without user and session', rates.consume)}, ${tell('its codes hashed in its hooks', rates.hashed)}.`,
        `Against its consume alone, the least it can do: ${format(median(against(rates.consume)))} times. Its verify route marks a user that exists already and makes no session (disableSession). Its limits are in memory, ours are kept on disk; its code stays in clear beside the hash that its hooks make.`,
      ],
    }
  },
}
