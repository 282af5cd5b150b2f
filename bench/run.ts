// Runs the figures, one after the other: all of them, or with --check those that are compared by hand.
// It must not run two at once, and must not reach beyond loopback.

import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { beside } from './figures/b1-beside-argon2.ts'
import { startLatency } from './figures/b2-start-latency.ts'
import { startUp } from './figures/b7-start-up.ts'
import type { Figure, Outcome } from './harness/figure.ts'
import { startLoader } from './harness/loader.ts'
import { describeMachine } from './harness/machine.ts'
import { lineOf, type Reported, toJson, toMarkdown } from './harness/report.ts'
import { ROOT, removeWork } from './harness/server.ts'
import { REASONS } from './reasons.ts'

const BENCH = join(ROOT, 'bench')
const CHECKED = [startUp, startLatency, beside]

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    /** B1,B5: only these; RESULTS.md is not written. */
    only: { type: 'string' },
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

/** With the words that the Dockerfile gives; where no compiler is, argon2's portable build runs, and the results say so. */
function makeBundle(): void {
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
  const words = /^RUN node (scripts\/bundle\.ts.*)$/m.exec(dockerfile)?.[1]?.split(' ') ?? []
  const given = hasCompiler() ? words : words.filter((word) => word !== '--avx2')
  execFileSync(process.execPath, given, { cwd: ROOT, stdio: 'inherit' })
}

function hasCompiler(): boolean {
  return spawnSync('g++', ['--version']).status === 0
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
  const { ALL } = await import('./figures/all.ts')
  const only = values.only?.split(',')
  return only ? ALL.filter(({ id }) => only.includes(id)) : ALL
}

async function main(): Promise<boolean> {
  const figures = await chooseFigures()
  makeBundle()
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
  const isWhole = !values.check && values.only === undefined && values.share === '1'
  if (isWhole) {
    writeFileSync(join(BENCH, 'RESULTS.md'), toMarkdown(machine, reported))
    writeFileSync(join(BENCH, 'results.json'), toJson(machine, reported))
  }
  return reported.every(({ outcome }) => outcome.measures.every(({ met }) => met))
}

try {
  const isMet = await main()
  // A whole run tells; a check judges.
  if (values.check && !isMet) process.exitCode = 1
} finally {
  removeWork()
}
process.exit()
