// B3: flows a second of eight callers, and one caller's waits, against better-auth's phone-number plugin on Hono and better-sqlite3.
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
/** One after the other, in each round. */
const SERIAL_FLOWS = 40
const SERIAL_ROUNDS = 5
const MIN_PLAIN = 2.2
const MIN_HASHED = 2

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
type Waits = { startMs: number; checkMs: number }

type Servers = Record<'ours' | 'plain' | 'hashed', Started & { url: string }>

/** One caller alone: what a person waits for each answer. */
async function measureWaits({ loader, share }: Context, servers: Servers) {
  const side =
    (target: TargetName, { url }: { url: string }) =>
    async (): Promise<Waits> => {
      // A mint that is being filled again; the peers do nothing by themselves.
      await waitIdle(servers.ours.pid)
      const count = Math.ceil(SERIAL_FLOWS * share)
      const { startMs, checkMs } = await loader.run('serialFlows', {
        ...{ target, url, apiKey: API_KEY, count },
      })
      return { startMs: median(startMs), checkMs: median(checkMs) }
    }
  const waits = await alternate(SERIAL_ROUNDS, {
    ours: side('ours', servers.ours),
    plain: side('better-auth', servers.plain),
    hashed: side('better-auth', servers.hashed),
  })
  const against = (name: keyof Waits) =>
    waits.ours.map((ours, i) => ours[name] / (waits.hashed[i]?.[name] ?? Number.NaN))
  const show = (name: string, side: Waits[]) =>
    `${name} ${format(median(side.map(({ startMs }) => startMs)))} and ${format(median(side.map(({ checkMs }) => checkMs)))} ms`
  return {
    measures: [
      measure('B3c', 'a start alone, both hashed, p50', against('startMs'), { better: 'lower' }),
      measure('B3d', 'a check alone, both hashed, p50', against('checkMs'), { better: 'lower' }),
    ],
    note: `One caller, a start and a check: ${show('ours', waits.ours)}, ${show('its plaintext codes', waits.plain)}, ${show('its codes hashed in its hooks', waits.hashed)}.`,
  }
}

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
    const waits = await measureWaits(context, servers)
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
        ...waits.measures,
      ],
      notes: [
        `Flows a second: ${tell('ours', rates.ours)}, ${tell('its plaintext codes', rates.plain)}, ${tell('its plaintext codes, server-side consume without user and session', rates.consume)}, ${tell('its codes hashed in its hooks', rates.hashed)}.`,
        `Against its consume alone, the least it can do: ${format(median(against(rates.consume)))} times. Its verify route marks a user that exists already and makes no session (disableSession). Its limits are in memory, ours are kept on disk; its code stays in clear beside the hash that its hooks make.`,
        waits.note,
      ],
    }
  },
}
