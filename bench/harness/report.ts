// RESULTS.md and results.json from what was measured.
// It must not leave out what fell short.

import type { Figure, Measure, Outcome } from './figure.ts'
import type { Machine } from './machine.ts'
import { format } from './stats.ts'

export type Reported = { figure: Figure; outcome: Outcome; seconds: number }

const signOf = (measure: Measure) => (measure.better === 'lower' ? '≤' : '≥')
const withUnit = (text: string, unit: string) => (unit === '×' ? text : `${text} ${unit}`)

function told({ value, unit }: Measure): string {
  return value === null ? 'not measured' : withUnit(format(value), unit)
}

export function lineOf(measure: Measure): string {
  const target = `${signOf(measure)} ${withUnit(String(measure.target), measure.unit)}`
  return `${measure.met ? 'met  ' : 'SHORT'} ${measure.id.padEnd(4)} ${measure.name}: ${told(measure)} (target ${target})`
}

function rowOf(measure: Measure): string {
  const spread = measure.spread ? `${format(measure.spread[0])} – ${format(measure.spread[1])}` : ''
  const target = `${signOf(measure)} ${withUnit(String(measure.target), measure.unit)}`
  const cells = [
    measure.id,
    measure.name,
    told(measure),
    spread,
    target,
    measure.met ? 'yes' : '**no**',
  ]
  return `| ${cells.join(' | ')} |`
}

export function toMarkdown(machine: Machine, reported: readonly Reported[]): string {
  const measures = reported.flatMap(({ outcome }) => outcome.measures)
  const short = measures.filter((measure) => !measure.met)
  const table = [
    '| | | median | least – most of the rounds | target | met |',
    '| --- | --- | --- | --- | --- | --- |',
  ]
  const reasons = short.map(
    (one) => `- **${one.id}** ${one.name}: ${told(one)}. ${one.why ?? 'No reason is known yet.'}`,
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
    'Written by `npm run bench`. Only ratios taken in one run mean something on a shared machine; times and rates are told so that the ratios can be followed.',
    '',
    ...Object.entries(machine).map(([name, value]) => `- ${name}: ${value}`),
    '',
    `${measures.length - short.length} of ${measures.length} targets are met.`,
    '',
    ...(short.length > 0 ? ['## Short of target', '', ...reasons, ''] : []),
    ...details,
  ].join('\n')
}

export function toJson(machine: Machine, reported: readonly Reported[]): string {
  const figures = reported.flatMap(({ outcome }) => outcome.measures)
  return `${JSON.stringify({ machine, figures }, null, 2)}\n`
}
