// The shape of a figure: what it measures, against which target, and what came out.
// It must not measure.

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
  target: number
  better: 'lower' | 'higher'
  met: boolean
  why?: string
}

export type Outcome = { measures: Measure[]; notes: string[] }

/** `share` shortens a round for a trial of the benchmark itself; `long` allows more than 15 minutes. */
export type Context = { loader: Loader; share: number; long: boolean; log(text: string): void }

export type Figure = {
  id: string
  title: string
  run(context: Context): Promise<Outcome>
}

export function measure(
  id: string,
  name: string,
  rounds: number[],
  limit: { atMost: number } | { atLeast: number },
  unit = '×',
): Measure {
  const value = median(rounds)
  const isLower = 'atMost' in limit
  const target = isLower ? limit.atMost : limit.atLeast
  return {
    ...{ id, name, unit, value, rounds, target },
    spread: [Math.min(...rounds), Math.max(...rounds)],
    better: isLower ? 'lower' : 'higher',
    met: isLower ? value <= target : value >= target,
  }
}

export function notMeasured(
  id: string,
  name: string,
  limit: { atMost: number } | { atLeast: number },
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
