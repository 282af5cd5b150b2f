// What a run was, in numbers: for whoever reads the output, and for the test that it saw what it is for.
// It must not count what the checker forbids: there it would be a violation.

import { type Answered, answered, type ChaosRecord } from './record.ts'
import { nameOf } from './rules/answers.ts'

function tally(names: readonly string[]): Record<string, number> {
  const counts = Map.groupBy(names, (name) => name)
  return Object.fromEntries([...counts].sort().map(([name, own]) => [name, own.length]))
}

const limitOf = ({ outcome }: Answered): string[] => {
  const name = outcome.status === 429 ? outcome.body.limit?.name : undefined
  return name ? [name] : []
}

export type Summary = {
  requests: number
  unknown: number
  replayed: number
  answers: Record<string, number>
  limits: Record<string, number>
  verifications: Record<string, number>
  deliveries: Record<string, number>
  messages: Record<string, number>
  reclaimed: number
  /** Messages that went on to another provider: after its answer, and after its report. */
  failovers: Record<string, number>
  /** Of chains. */
  steps: Record<string, number>
  reports: Record<string, number>
  doubles: number
  /** Workers that were told their lease had run out. */
  fenced: number
  faults: Record<string, number>
}

export function summarise(record: ChaosRecord): Summary {
  const { asked, messages, tables, logs, struck } = record
  const answers = answered(asked)
  const fenced = logs.map(({ text }) => text.split('the lease had run out').length - 1)
  return {
    requests: asked.length,
    unknown: asked.length - answers.length,
    replayed: answers.filter(({ outcome }) => outcome.isReplayed).length,
    answers: tally(answers.map((one) => `${one.route} ${nameOf(one)}`)),
    limits: tally(answers.flatMap(limitOf)),
    verifications: tally(tables.verifications.map(({ status }) => status)),
    deliveries: tally(tables.deliveries.map(({ status }) => status)),
    messages: tally(messages.map(({ provider }) => provider)),
    failovers: tally(
      tables.events.flatMap(({ type, details }) => (details.next_provider ? [type] : [])),
    ),
    steps: tally(
      tables.events.flatMap(({ type, details }) => (details.step === undefined ? [] : [type])),
    ),
    reports: tally(
      record.reports.map(
        ({ state, isForged, status }) => `${isForged ? 'forged ' : ''}${state} ${status}`,
      ),
    ),
    doubles: tables.events.filter(({ details }) => details.double === true).length,
    reclaimed: tables.events.filter(({ type }) => type === 'delivery.reclaimed').length,
    fenced: fenced.reduce((sum, count) => sum + count, 0),
    faults: tally(struck.map(({ fault }) => fault)),
  }
}
