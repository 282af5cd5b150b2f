// The shape of a figure: what it measures, against which target, and what came out.
// It must not measure.

import type { OldImage } from './image.ts'
import type { Loader } from './loader.ts'
import { median } from './stats.ts'

export type Measure = {
  id: string
  name: string
  unit: string
  /** The median of the rounds; null: could not be measured, `why` says so. */
  value: number | null
  /** Least and most of the rounds. */
  spread: [number, number] | null
  rounds: number[]
  /** null: reported without one. */
  target: number | null
  better: 'lower' | 'higher'
  /** True without a target. */
  met: boolean
  why?: string
}

export type Outcome = { measures: Measure[]; notes: string[] }

/** `share` shortens a round for a trial of the benchmark itself; `long` allows more than 15 minutes. */
export type Context = {
  loader: Loader
  share: number
  long: boolean
  /** What `--against` names. */
  old?: OldImage
  log(text: string): void
}

export type Figure = {
  id: string
  title: string
  run(context: Context): Promise<Outcome>
}

/** What the value should be; `better` alone: reported, and compared with the last run, without a target. */
type Limit = { atMost: number } | { atLeast: number } | { better: Measure['better'] }

function readLimit(limit: Limit): Pick<Measure, 'target' | 'better'> {
  if ('better' in limit) return { target: null, better: limit.better }
  if ('atMost' in limit) return { target: limit.atMost, better: 'lower' }
  return { target: limit.atLeast, better: 'higher' }
}

export function reaches(
  value: number | null,
  { target, better }: Pick<Measure, 'target' | 'better'>,
): boolean {
  if (target === null) return true
  if (value === null) return false
  return better === 'lower' ? value <= target : value >= target
}

export function measure(
  id: string,
  name: string,
  rounds: number[],
  limit: Limit,
  unit = '×',
): Measure {
  const value = median(rounds)
  const { target, better } = readLimit(limit)
  return {
    ...{ id, name, unit, value, rounds, target, better },
    spread: [Math.min(...rounds), Math.max(...rounds)],
    met: reaches(value, { target, better }),
  }
}

export function notMeasured(
  id: string,
  name: string,
  limit: Limit,
  why: string,
  unit = '×',
): Measure {
  return {
    ...measure(id, name, [Number.NaN], limit, unit),
    value: null,
    spread: null,
    rounds: [],
    met: false,
    why,
  }
}

/** A B A B …: what drifts on the machine meanwhile meets all of them. */
export async function alternate<Name extends string, Result>(
  rounds: number,
  sides: Record<Name, () => Promise<Result>>,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(sides) as Name[]
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<
    Name,
    Result[]
  >
  for (let round = 0; round < rounds; round += 1)
    for (const name of names) results[name].push(await sides[name]())
  return results
}
