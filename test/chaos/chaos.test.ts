// Four nodes under load on one PostgreSQL, and one Redis where it is installed, with three providers that fail over and report late,
// while nodes are killed and frozen, servers restarted and connections cut; then the record of the run is held against every promise.

import { randomInt } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { LONG } from '../long.ts'
import { findViolations } from './checker.ts'
import type { ChaosRecord, Violation } from './record.ts'
import { runChaos } from './run.ts'
import { summarise } from './summary.ts'

const SECONDS = Number(process.env.COUNTERSIGN_TEST_CHAOS_SECONDS ?? 30)
const SEED = Number(process.env.COUNTERSIGN_TEST_CHAOS_SEED ?? randomInt(1_000_000))
/** Start, settling and the checker. */
const MORE_SECONDS = 180
const SHOWN_OF_A_RULE = 5

const repeat = `COUNTERSIGN_TEST_CHAOS_SEED=${SEED} COUNTERSIGN_TEST_CHAOS_SECONDS=${SECONDS} npx vitest run test/chaos/chaos.test.ts`

/** For whoever looks into a failure: it holds the codes of a database that is gone. */
function keep(record: ChaosRecord, violations: readonly Violation[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'countersign-chaos-')), 'record.json')
  writeFileSync(file, JSON.stringify({ violations, ...record }))
  return file
}

// Four nodes and two servers want both cores for a minute and more.
it.runIf(LONG || process.env.COUNTERSIGN_TEST_CHAOS_SECONDS)(
  `keeps every promise for ${SECONDS} s of faults`,
  {
    timeout: (SECONDS + MORE_SECONDS) * 1000,
  },
  async () => {
    console.log(`chaos: seed ${SEED}, ${SECONDS} s. To repeat it: ${repeat}`)
    const tell = (line: string) => {
      if (process.env.COUNTERSIGN_TEST_CHAOS_VERBOSE) console.log(line)
    }
    const { record, seconds } = await runChaos({ seed: SEED, seconds: SECONDS, tell })
    const summary = summarise(record)
    const violations = findViolations(record)
    console.log(JSON.stringify({ seed: SEED, seconds, ...summary }, undefined, 1))
    const byRule = [...Map.groupBy(violations, ({ rule }) => rule).values()]
    const shown = byRule.flatMap((own) =>
      own.slice(0, SHOWN_OF_A_RULE).map(({ rule, said }) => `${rule}: ${said}`),
    )
    const kept = violations.length > 0 ? keep(record, violations) : ''
    expect(
      shown,
      `${shown.join('\n')}\n${violations.length} violations; record: ${kept}; again: ${repeat}`,
    ).toEqual([])
    expectMuch(summary)
  },
)

/** A run that met nothing proves nothing. */
function expectMuch(summary: ReturnType<typeof summarise>): void {
  const { answers, limits, verifications, faults } = summary
  const seen = {
    requests: summary.requests > 200,
    unknown: summary.unknown > 0,
    replayed: summary.replayed > 0,
    reclaimed: summary.reclaimed > 0,
    failedOverOnAnAnswer: (summary.failovers['delivery.retrying'] ?? 0) > 0,
    failedOverOnAReceipt: (summary.failovers['delivery.undelivered'] ?? 0) > 0,
    steps: (summary.steps['delivery.attempted'] ?? 0) > 0,
    delivered: (summary.reports['delivered 204'] ?? 0) > 20,
    forged: Object.keys(summary.reports).some((name) => name.startsWith('forged')),
    faults: Object.values(faults).length > 4,
    approved: (verifications.approved ?? 0) > 20,
    expired: (verifications.expired ?? 0) > 0,
    spent: (verifications.max_attempts_reached ?? 0) > 0,
    wrong: (answers['check 422 code_incorrect'] ?? 0) > 20,
    messageLimit: (limits.sends_per_number_burst ?? 0) > 0,
    addressLimit: (limits.sends_per_ip_burst ?? 0) > 0,
    guessLimit: (limits.guesses_per_number_hour ?? 0) > 0,
  }
  const missing = Object.entries(seen).filter(([, isSeen]) => !isSeen)
  expect(missing, JSON.stringify(summary)).toEqual([])
}
