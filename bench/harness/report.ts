// RESULTS.md and results.json from what was measured.
// It must not leave out what fell short.

import type { Figure, Measure, Outcome } from './figure.ts'
import type { Machine } from './machine.ts'
import { format } from './stats.ts'

export type Reported = { figure: Figure; outcome: Outcome; seconds: number }

const withUnit = (text: string, unit: string) => (unit === '×' ? text : `${text} ${unit}`)

function shownValue({ value, unit }: Measure): string {
  return value === null ? 'not measured' : withUnit(format(value), unit)
}

function targetOf({ better, target, unit }: Measure): string {
  if (target === null) return 'none'
  return `${better === 'lower' ? '≤' : '≥'} ${withUnit(String(target), unit)}`
}

export function lineOf(measure: Measure): string {
  const word = measure.target === null ? '     ' : measure.met ? 'met  ' : 'SHORT'
  return `${word} ${measure.id.padEnd(4)} ${measure.name}: ${shownValue(measure)} (target ${targetOf(measure)})`
}

function rowOf(measure: Measure): string {
  const spread = measure.spread ? `${format(measure.spread[0])} – ${format(measure.spread[1])}` : ''
  const cells = [
    measure.id,
    measure.name,
    shownValue(measure),
    spread,
    targetOf(measure),
    measure.target === null ? '' : measure.met ? 'yes' : '**no**',
  ]
  return `| ${cells.join(' | ')} |`
}

export function toMarkdown(machine: Machine, reported: readonly Reported[]): string {
  const measures = reported.flatMap(({ outcome }) => outcome.measures)
  const aimed = measures.filter(({ target }) => target !== null)
  const short = aimed.filter(({ met }) => !met)
  const table = [
    '| | | median | least – most of the rounds | target | met |',
    '| --- | --- | --- | --- | --- | --- |',
  ]
  const reasons = short.map(
    (one) =>
      `- **${one.id}** ${one.name}: ${shownValue(one)}. ${one.why ?? 'No reason is known yet.'}`,
  )
  const details = reported.flatMap(({ figure, outcome, seconds }) => [
    `## ${figure.id} ${figure.title}`,
    '',
    ...(outcome.measures.length > 0 ? [...table, ...outcome.measures.map(rowOf), ''] : []),
    ...outcome.notes.flatMap((note) => [note, '']),
    `Took ${Math.round(seconds)} s.`,
    '',
  ])
  return [
    '# Results',
    '',
    'Written by `npm run bench`. Only ratios taken in one run mean something on a shared machine; times and rates are shown so that the ratios can be followed.',
    '',
    ...Object.entries(machine).map(([name, value]) => `- ${name}: ${value}`),
    '',
    `${aimed.length - short.length} of ${aimed.length} targets are met.`,
    '',
    ...(short.length > 0 ? ['## Short of target', '', ...reasons, ''] : []),
    ...details,
  ].join('\n')
}

export function toJson(machine: Machine, reported: readonly Reported[]): string {
  const figures = reported.flatMap(({ outcome }) => outcome.measures)
  return `${JSON.stringify({ machine, figures }, null, 2)}\n`
}
