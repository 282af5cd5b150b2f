// What moved since the last whole run: the rounds of each figure beside those in results.json.
// It must not take the machine's noise for a change: a median has moved once it lies outside the other's rounds.

import { type Measure, reaches } from './figure.ts'
import { format } from './stats.ts'

export type Change = {
  kind: 'better' | 'worse' | 'within the spread' | 'not comparable'
  now: Measure
  before?: Measure
  /** The target as it is today was met before and is missed now. */
  isLost: boolean
}

/** A figure of one round has no spread, and without one nothing can be said. */
function liesApart(value: number, { spread, rounds }: Measure): boolean {
  if (!spread || rounds.length < 2) return false
  return value < spread[0] || value > spread[1]
}

/** @param written of the last run; a figure that has another name or unit today is another figure */
export function compare(now: Measure, written: readonly Measure[]): Change {
  const before = written.find(
    ({ id, name, unit }) => id === now.id && name === now.name && unit === now.unit,
  )
  if (!before || before.value === null || now.value === null)
    return { kind: 'not comparable', now, isLost: false }
  const isLost = reaches(before.value, now) && !now.met
  const hasMoved = liesApart(now.value, before) && liesApart(before.value, now)
  const isBetter = now.better === 'lower' ? now.value < before.value : now.value > before.value
  const direction = isBetter ? 'better' : 'worse'
  return { kind: hasMoved ? direction : 'within the spread', now, before, isLost }
}

const spreadOf = ({ spread }: Measure) =>
  spread ? ` (${format(spread[0])} – ${format(spread[1])})` : ''

function lineOf({ kind, now, before, isLost }: Change): string {
  const from = before ? `${format(before.value ?? Number.NaN)}${spreadOf(before)} → ` : ''
  const unit = now.unit === '×' ? '' : ` ${now.unit}`
  const end = isLost ? ': its target was met and is missed now' : ''
  const value = `${from}${format(now.value ?? Number.NaN)}${spreadOf(now)}${unit}`
  return `${kind}: ${now.id} ${now.name}: ${value}${end}`
}

/** @param when of the last run: its date, commit and processor */
export function describeChanges(changes: readonly Change[], when: string): string[] {
  const isNamed = ({ kind, isLost }: Change) => kind !== 'within the spread' || isLost
  const still = changes.filter((change) => !isNamed(change)).map(({ now }) => now.id)
  return [
    `Compared with bench/results.json (${when}):`,
    ...changes.filter(isNamed).map((change) => `  ${lineOf(change)}`),
    ...(still.length > 0 ? [`  within the spread of their rounds: ${still.join(', ')}`] : []),
  ]
}
