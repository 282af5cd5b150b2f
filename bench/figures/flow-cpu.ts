// P: where the CPU of a flow goes at the light cost, by part and thread, from a profile of the running service. No target.
// SQLite commits without its sync here: a profile takes the time of a wait for work.

import { readProfiles, type Span, type ThreadKind } from '../harness/cpu-profile.ts'
import { alternate, type Context, type Figure } from '../harness/figure.ts'
import { PARTS } from '../harness/flow-parts.ts'
import type { Image } from '../harness/image.ts'
import { monotonicMs } from '../harness/monotonic.ts'
import { API_KEY, IMAGE, LIGHT_COST, makeDirectory, startService } from '../harness/server.ts'
import { format, median } from '../harness/stats.ts'
import { threadCpuMs } from '../harness/usage.ts'

const CALLERS = 8
/** The code is compiled and the mint empty before the profile counts. */
const WARM_UP_SECONDS = 3
const ROUNDS = 4
const SECONDS = 3
const INTERVAL_MICROS = 250
const UNSYNCED = { SQLITE_SYNCHRONOUS: 'normal' }

/** Microseconds of CPU a flow, by part. */
type Column = Map<string, number>
type Threads = Record<ThreadKind | 'pool', number>
type Round = { span: Span; flows: number; flowsPerSecond: number; cpu: Threads }
type Profiled = Record<ThreadKind, Column> & { poolMicros: number; flowsPerSecond: number }

const sumOf = (column: Column) => [...column.values()].reduce((sum, one) => sum + one, 0)

/** Samples are time, and a thread may wait for a core in it: their sum is brought to the CPU that the thread had. */
function scale(column: Column, micros: number): Column {
  const factor = micros / sumOf(column)
  return new Map([...column].map(([part, one]) => [part, one * factor]))
}

/** @param store the settings of what it keeps its rows in */
export async function startProfiled(
  { loader, share }: Context,
  image: Image,
  store: Record<string, string>,
) {
  const directory = makeDirectory()
  const args = [
    '--cpu-prof',
    `--cpu-prof-dir=${directory}`,
    '--cpu-prof-interval',
    String(INTERVAL_MICROS),
  ]
  const env = { ...loader.gatewayEnv, ...LIGHT_COST, ...store }
  const service = await startService(env, makeDirectory(), args, image)
  const { url, pid } = service
  const run = (seconds: number) =>
    loader.run('closedLoop', {
      ...{ target: 'ours', url, pid, apiKey: API_KEY, callers: CALLERS },
      ...{ warmUpSeconds: 0, seconds: seconds * share },
    })
  // Not until it is idle: the profiler never is.
  await run(WARM_UP_SECONDS)
  return {
    pid,
    async measureRound(): Promise<Round> {
      const from = { at: monotonicMs(), cpu: threadCpuMs(pid) }
      const { flows, flowsPerSecond } = await run(SECONDS)
      const to = { at: monotonicMs(), cpu: threadCpuMs(pid) }
      const micros = (name: keyof Threads) => (to.cpu[name] - from.cpu[name]) * 1000
      const cpu = { main: micros('main'), worker: micros('worker'), pool: micros('pool') }
      return { span: { fromMs: from.at, toMs: to.at }, flows, flowsPerSecond, cpu }
    },
    /** The profile is written when the process ends. */
    async finish(rounds: readonly Round[]): Promise<Profiled> {
      await service.stop()
      const spans = rounds.map(({ span }) => span)
      const profiles = readProfiles(directory, spans)
      const flows = rounds.reduce((sum, round) => sum + round.flows, 0)
      const perFlow = (name: keyof Threads) =>
        rounds.reduce((sum, { cpu }) => sum + cpu[name], 0) / flows
      return {
        main: scale(profiles.main, perFlow('main')),
        worker: scale(profiles.worker, perFlow('worker')),
        poolMicros: perFlow('pool'),
        flowsPerSecond: median(rounds.map((round) => round.flowsPerSecond)),
      }
    },
  }
}

/** In turns: what drifts on the machine meets both. */
async function profileBoth(context: Context): Promise<{ now: Profiled; old?: Profiled }> {
  const now = await startProfiled(context, IMAGE, UNSYNCED)
  const old = context.old && (await startProfiled(context, context.old.image, UNSYNCED))
  const rounds = await alternate<string, Round>(ROUNDS, {
    now: now.measureRound,
    ...(old && { old: old.measureRound }),
  })
  return {
    now: await now.finish(rounds.now ?? []),
    ...(old && { old: await old.finish(rounds.old ?? []) }),
  }
}

const show = (micros: number | undefined) => (micros && micros >= 0.5 ? micros.toFixed(0) : '')

/** @param columns by title; a thread that did nothing has no column */
export function toTable(columns: Readonly<Record<string, Column>>): string {
  const used = Object.entries(columns).filter(([, column]) => column.size > 0)
  const parts = PARTS.filter((part) => used.some(([, column]) => column.has(part)))
  const row = (name: string, cells: string[]) => `| ${[name, ...cells].join(' | ')} |`
  return [
    row(
      'µs a flow',
      used.map(([title]) => title),
    ),
    row(
      '---',
      used.map(() => '---'),
    ),
    ...parts.map((part) =>
      row(
        part,
        used.map(([, column]) => show(column.get(part))),
      ),
    ),
    row(
      '**together**',
      used.map(([, column]) => `**${show(sumOf(column))}**`),
    ),
  ].join('\n')
}

export const flowCpu: Figure = {
  id: 'P',
  title: 'Where the CPU of a flow goes',
  async run(context) {
    const { now, old } = await profileBoth(context)
    const at = `at ${context.old?.commit}`
    const beside = ({ poolMicros, flowsPerSecond }: Profiled) =>
      `${poolMicros.toFixed(0)} µs a flow at ${flowsPerSecond.toFixed(0)} flows/s`
    return {
      measures: [],
      notes: [
        toTable({
          ...(old && { [`main thread ${at}`]: old.main, [`worker ${at}`]: old.worker }),
          'main thread': now.main,
          worker: now.worker,
        }),
        `From node --cpu-prof over ${format(ROUNDS * SECONDS * context.share)} s of flows at 1 MiB × 1, ${CALLERS} callers, SQLITE_SYNCHRONOUS=normal; samples brought to each thread's CPU time. JSON shows only where V8 does not compile it into its caller. libuv's pool, argon2 above all, and the collector's helpers: ${beside(now)}${old ? `; ${at} ${beside(old)}` : ''}.`,
      ],
    }
  },
}
