// B4: what old verifications cost new ones: flows/s and start p99 over a store with 0, 10^5 and 10^6 of them, light cost.
// The stores differ in nothing else; the load goes round them.

import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { alternate, type Context, type Figure, type Measure, measure } from '../harness/figure.ts'
import { addOldRows, DATABASE, makeTemplate } from '../harness/old-rows.ts'
import {
  API_KEY,
  LIGHT_COST,
  makeDirectory,
  type Service,
  startService,
} from '../harness/server.ts'
import { format, median, percentile } from '../harness/stats.ts'
import { waitIdle } from '../harness/usage.ts'

/** Short ones and many: the sides meet the same moods of a shared machine. */
const ROUNDS = 10
const SECONDS = 2
const CALLERS = 8
const SIZES = [0, 100_000, 1_000_000]
/** BENCH_LONG=1: some minutes more, and 5 GiB of disk. */
const LONG_SIZES = [...SIZES, 5_000_000]
const MIN_RATE = 0.92
const MAX_P99 = 1.2
const MAX_KIB = 1.2
const MIN_PURGING = 0.9
/** More than the purge takes away while it is measured. */
const PURGED_SIZE = 300_000
const DAY_MS = 86_400_000
/** The old rows are three days old and more. */
const PURGING = { RETENTION_RECIPIENT_DAYS: '2' }

type Filled = { size: number; service: Service; kib: number }

async function fill(
  context: Context,
  template: string,
  size: number,
  env: Record<string, string> = {},
): Promise<Filled> {
  const dataDir = makeDirectory()
  const path = join(dataDir, DATABASE)
  copyFileSync(template, path)
  const began = performance.now()
  const kib = size === 0 ? Number.NaN : addOldRows(path, size) / 1024
  if (size > 0) context.log(`${size} old rows: ${format((performance.now() - began) / 1000)} s`)
  if (env === PURGING) removeTemplate(path)
  const service = await startService(
    { ...context.loader.gatewayEnv, ...LIGHT_COST, ...env },
    dataDir,
  )
  // A purge does not rest.
  if (env !== PURGING) await waitIdle(service.pid)
  return { size, service, kib }
}

/** The rows go in the order of their numbers, and the template's come first, of today: a flow or a few. */
function removeTemplate(path: string): void {
  const db = new Database(path)
  db.pragma('foreign_keys = ON')
  db.prepare('DELETE FROM verifications WHERE created_at > ?').run(Date.now() - DAY_MS)
  db.exec('DELETE FROM events WHERE verification_seq IS NULL')
  db.close()
}

const countRows = (dataDir: string) => {
  const db = new Database(join(dataDir, DATABASE), { readonly: true })
  const count = Number(db.prepare('SELECT count(*) FROM verifications').pluck().get())
  db.close()
  return count
}

/** Two stores of one size: one that is being purged, one that is not. */
async function measurePurge(
  context: Context,
  template: string,
  round: (service: Service) => () => Promise<Round>,
): Promise<{ measure: Measure; note: string }> {
  const size = Math.round(PURGED_SIZE * Math.min(1, context.share))
  const resting = await fill(context, template, size)
  const purging = await fill(context, template, size, PURGING)
  const before = countRows(purging.service.dataDir)
  const rounds = await alternate(ROUNDS, {
    resting: round(resting.service),
    purging: round(purging.service),
  })
  const left = countRows(purging.service.dataDir)
  await Promise.all([resting.service.stop(), purging.service.stop()])
  if (left === 0 || left >= before) throw new Error(`the purge did not run: ${before} → ${left}`)
  const ratios = rounds.purging.map((one, i) => one.rate / (rounds.resting[i]?.rate ?? 0))
  return {
    measure: measure('B4d', 'flows/s while the purge runs ÷ without', ratios, {
      atLeast: MIN_PURGING,
    }),
    note: `The purge took ${before - left} of ${before} old verifications away meanwhile.`,
  }
}

type Round = { rate: number; p99: number; cpuMs: number }

export const growth: Figure = {
  id: 'B4',
  title: 'Growth',
  async run(context) {
    const { loader, share, long } = context
    const template = await makeTemplate(loader)
    const stores: Filled[] = []
    for (const size of long ? LONG_SIZES : SIZES)
      stores.push(await fill(context, template, Math.round(size * Math.min(1, share))))
    const round = (service: Service) => async (): Promise<Round> => {
      const result = await loader.run('closedLoop', {
        ...{ target: 'ours', url: service.url, pid: service.pid, apiKey: API_KEY },
        ...{ callers: CALLERS, warmUpSeconds: 0.5, seconds: SECONDS * share },
      })
      const { flowsPerSecond: rate, startMs, serverCpuMs, flows } = result
      return { rate, p99: percentile(startMs, 0.99), cpuMs: serverCpuMs / flows }
    }
    const rounds = await alternate(
      ROUNDS,
      Object.fromEntries(stores.map(({ size, service }) => [`n${size}`, round(service)])),
    )
    await Promise.all(stores.map(({ service }) => service.stop()))
    const purge = await measurePurge(context, template, round)
    const of = (size: number) => rounds[`n${size}`] ?? []
    const ratios = (size: number, name: keyof Round) =>
      of(size).map((one, i) => one[name] / (of(0)[i]?.[name] ?? Number.NaN))
    const grown = stores.slice(1)
    const measures = grown.flatMap(({ size }, i): Measure[] => [
      measure(`B4a${i + 1}`, `flows/s with ${size} old ÷ empty`, ratios(size, 'rate'), {
        atLeast: MIN_RATE,
      }),
      measure(`B4b${i + 1}`, `start p99 with ${size} old ÷ empty`, ratios(size, 'p99'), {
        atMost: MAX_P99,
      }),
    ])
    const tell = ({ size, kib }: Filled) =>
      `${size}: ${format(median(of(size).map((one) => one.rate)))} flows/s, start p99 ${format(median(of(size).map((one) => one.p99)))} ms, ${format(median(of(size).map((one) => one.cpuMs)))} ms of CPU a flow${size > 0 ? `, ${format(kib)} KiB each` : ''}`
    return {
      measures: [
        ...measures,
        measure(
          'B4c',
          'bytes a verification, events and deliveries with it',
          [grown.at(-1)?.kib ?? Number.NaN],
          { atMost: MAX_KIB },
          'KiB',
        ),
        purge.measure,
      ],
      notes: [`Old verifications: ${stores.map(tell).join('; ')}.`, purge.note],
    }
  },
}
