// Runs the figures, one after the other: all of them, or with --check the few that need no peer, and says what moved.
// It must not run two at once, and must not reach beyond loopback.

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { beside } from './figures/b1-beside-argon2.ts'
import { startLatency } from './figures/b2-start-latency.ts'
import { startUp } from './figures/b7-start-up.ts'
import { type Change, compare, describeChanges } from './harness/compare.ts'
import type { Figure, Measure, Outcome } from './harness/figure.ts'
import { makeImage, makeImageOf } from './harness/image.ts'
import { startLoader } from './harness/loader.ts'
import { describeMachine, type Machine } from './harness/machine.ts'
import { lineOf, type Reported, toJson, toMarkdown } from './harness/report.ts'
import { makeDirectory, ROOT, removeWork } from './harness/server.ts'
import { REASONS } from './reasons.ts'

const BENCH = join(ROOT, 'bench')
const CHECKED = [startUp, startLatency, beside]

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    /** B1,B5: only these; RESULTS.md is not written. */
    only: { type: 'string' },
    /** 8302897: this checkout beside that commit as well (B13, P). */
    against: { type: 'string' },
    /** 0.1: a tenth of the time for each round, to try the benchmark itself; nothing is written. */
    share: { type: 'string', default: '1' },
  },
})

/** The peers, by their own lockfile: installed when missing or changed. */
function installPeers(): void {
  const lock = join(BENCH, 'package-lock.json')
  const installed = join(BENCH, 'node_modules/.installed-lock')
  if (existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(lock, 'utf8'))
    return
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
  execFileSync('npm', words, { cwd: BENCH, stdio: 'inherit' })
  cpSync(lock, installed)
}

function explain(outcome: Outcome): Outcome {
  const measures = outcome.measures.map((one) => {
    const why = one.why ?? REASONS[one.id]
    return one.met || why === undefined ? one : { ...one, why }
  })
  return { ...outcome, measures }
}

async function chooseFigures(): Promise<readonly Figure[]> {
  if (values.check) return CHECKED
  installPeers()
  // Loaded once the peers are there.
  const { ALL, WITH_OLD } = await import('./figures/all.ts')
  const all = values.against ? [...ALL, ...WITH_OLD] : ALL
  const only = values.only?.split(',')
  return only ? all.filter(({ id }) => only.includes(id)) : all
}

function compareWithLast(reported: readonly Reported[]): Change[] {
  const text = readFileSync(join(BENCH, 'results.json'), 'utf8')
  const { machine, figures } = JSON.parse(text) as { machine: Machine; figures: Measure[] }
  const measures = reported.flatMap(({ outcome }) => outcome.measures)
  const changes = measures.map((one) => compare(one, figures))
  if (changes.length === 0) return []
  const when = `${machine.date}, ${machine.commit}, ${machine.cpu}`
  console.log(`\n${describeChanges(changes, when).join('\n')}`)
  return changes
}

/** @returns false where a target that was met is missed now */
async function main(): Promise<boolean> {
  const figures = await chooseFigures()
  makeImage(ROOT)
  const old = values.against ? makeImageOf(values.against, ROOT, makeDirectory()) : undefined
  const machine = describeMachine()
  const reported: Reported[] = []
  for (const figure of figures) {
    const began = performance.now()
    console.log(`\n${figure.id} ${figure.title}`)
    const loader = await startLoader()
    try {
      const context = {
        ...{ loader, share: Number(values.share), long: process.env.BENCH_LONG === '1' },
        log: (text: string) => console.log(`  ${text}`),
        ...(old && { old }),
      }
      const outcome = explain(await figure.run(context))
      const seconds = (performance.now() - began) / 1000
      reported.push({ figure, outcome, seconds })
      for (const one of outcome.measures) console.log(lineOf(one))
      for (const note of outcome.notes) console.log(`      ${note}`)
      console.log(`      ${Math.round(seconds)} s`)
    } finally {
      await loader.stop()
    }
  }
  const changes = compareWithLast(reported)
  const isWhole = !values.check && values.only === undefined && values.share === '1'
  if (isWhole) {
    writeFileSync(join(BENCH, 'RESULTS.md'), toMarkdown(machine, reported))
    writeFileSync(join(BENCH, 'results.json'), toJson(machine, reported))
  }
  return changes.every(({ isLost }) => !isLost)
}

process.on('exit', removeWork)
const isKept = await main()
// A whole run reports; a check judges.
process.exit(values.check && !isKept ? 1 : 0)
