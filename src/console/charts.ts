// Charts as SVG, drawn here: no script, no style that a page's policy would refuse. A table behind each has its numbers.
// It must not be loaded before somebody looks at a chart.

import { scaleLinear, scaleUtc } from 'd3-scale'
import { area, line } from 'd3-shape'
import { html } from 'hono/html'
import { DAY_MS } from '../kernel/clock.ts'
import type { Html } from './shell.ts'
import { numbers, table } from './table.ts'
import { timeOf } from './words.ts'

/** About as many pixels as it has on a phone, and three in a row on a desk: its texts keep their size. */
const WIDTH = 360
const HEIGHT = 150
/** Of the drawing within; numbers stand to the left of it, times below. */
const BOX = { left: 42, right: 6, top: 8, bottom: 22 }
const TICKS = 4
const TIME_TICKS = 4
/** Of a time, `12:00`. */
const HALF_TEXT = 14

export type Series = {
  label: string
  /** Of the look: `a` is the first colour, `b` the second. */
  look: 'a' | 'b' | 'bad'
  /** Filled below. */
  isArea?: boolean
  /** Null: there is nothing to tell at that time. */
  values: readonly (number | null)[]
}
export type Chart = {
  title: string
  /** What it shows, for who cannot see it. */
  summary: string
  at: readonly number[]
  /** The time that each value covers. */
  binMs: number
  series: readonly Series[]
  /** Up to this value at least. */
  least: number
  write: (value: number) => string
}

export const CHART_STYLE = `
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: var(--s4) }
.chart { background: var(--card); border: 1px solid var(--line); border-top: 2px solid var(--rule); padding: var(--s3) var(--s4); display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--s2); align-content: start; min-width: 0 }
.chart figcaption { display: flex; flex-wrap: wrap; gap: var(--s1) var(--s4); align-items: baseline; justify-content: space-between; font-weight: 600 }
.chart svg { width: 100%; height: auto; display: block } .chart svg text { font: 400 11px var(--sans); fill: var(--soft); font-variant-numeric: tabular-nums }
.grid { stroke: var(--line); stroke-width: 1 } .base { stroke: var(--field) }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round } .line.a { stroke: var(--soft) } .line.b { stroke: var(--good) } .line.bad { stroke: var(--bad); stroke-dasharray: 5 3 }
.area.a { fill: var(--line) } .area.b { fill: var(--good-soft) } .area.bad { fill: var(--bad-soft) } .dot.a { fill: var(--soft) } .dot.b { fill: var(--good) } .dot.bad { fill: var(--bad) }
.keys { display: flex; flex-wrap: wrap; gap: var(--s1) var(--s3); font-size: var(--t2); font-weight: 400; color: var(--soft) } .keys li { display: inline-flex; gap: var(--s1); align-items: center } .keys svg { width: 1.5rem; flex: none }
.chart details { font-size: var(--t2) } .chart summary { cursor: pointer; color: var(--soft); width: fit-content } .chart details > div { max-height: 20rem; overflow: auto; margin-top: var(--s2) }
`

/** `14:30`, or `30 Nov` where the chart is longer than two days. */
function tickText(at: Date, isLong: boolean): string {
  return at.toLocaleString('en-GB', {
    timeZone: 'UTC',
    ...(isLong ? { day: 'numeric', month: 'short' } : { hour: '2-digit', minute: '2-digit' }),
  })
}

/** A single point between two gaps is no line: it is a dot. */
const isLone = (values: readonly (number | null)[], n: number) =>
  values[n] !== null && (values[n - 1] ?? null) === null && (values[n + 1] ?? null) === null

function scales({ at, binMs, series, least }: Chart) {
  const first = at[0] ?? 0
  const last = (at.at(-1) ?? first) + binMs
  const most = Math.max(least, ...series.flatMap(({ values }) => values.map((one) => one ?? 0)))
  const x = scaleUtc([first, last], [BOX.left, WIDTH - BOX.right])
  const y = scaleLinear([0, most], [HEIGHT - BOX.bottom, BOX.top]).nice(TICKS)
  return { x, y, isLong: last - first > 2 * DAY_MS }
}

const COMPACT = new Intl.NumberFormat('en', { notation: 'compact' })
/** Beside the drawing there is room for `50,000`. */
const AXIS_CHARACTERS = 6

/** The table has the number in whole. */
function axisText({ write }: Chart, value: number): string {
  const text = write(value)
  return text.length > AXIS_CHARACTERS ? COMPACT.format(value) : text
}

function axes(chart: Chart, { x, y, isLong }: ReturnType<typeof scales>): Html {
  const rows = y.ticks(TICKS).map((value) => {
    const at = y(value)
    return html`<line class="${value === 0 ? 'grid base' : 'grid'}" x1="${BOX.left}" x2="${WIDTH - BOX.right}" y1="${at}" y2="${at}"/><text x="${BOX.left - 6}" y="${at + 4}" text-anchor="end">${axisText(chart, value)}</text>`
  })
  const columns = x.ticks(TIME_TICKS).map((at) => {
    // A text in the middle of the last tick would be cut off.
    const anchor = x(at) > WIDTH - BOX.right - HALF_TEXT ? 'end' : 'middle'
    return html`<text x="${x(at)}" y="${HEIGHT - 6}" text-anchor="${anchor}">${tickText(at, isLong)}</text>`
  })
  return html`<g aria-hidden="true">${rows}${columns}</g>`
}

function drawn({ at, binMs }: Chart, one: Series, { x, y }: ReturnType<typeof scales>): Html {
  const { values, look, isArea = false } = one
  const place = (_: number | null, n: number) => x((at[n] ?? 0) + binMs / 2)
  const isThere = (value: number | null) => value !== null
  const lineOf = line<number | null>(place, (value) => y(value ?? 0))
    .defined(isThere)
    .digits(1)
  const path = lineOf(values) ?? ''
  const below = isArea
    ? (area<number | null>(place, y(0), (value) => y(value ?? 0))
        .defined(isThere)
        .digits(1)(values) ?? '')
    : ''
  const dots = values.flatMap((value, n) =>
    value !== null && isLone(values, n)
      ? [html`<circle class="dot ${look}" cx="${place(value, n)}" cy="${y(value)}" r="2.5"/>`]
      : [],
  )
  return html`${isArea ? html`<path class="area ${look}" d="${below}"/>` : ''}<path class="line ${look}" d="${path}"/>${dots}`
}

const key = ({ label, look }: Series) =>
  html`<li><svg viewBox="0 0 24 8" aria-hidden="true"><path class="line ${look}" d="M1 4H23"/></svg>${label}</li>`

/** In words by its summary, and in numbers by the table behind it: newest first. */
export function chart(one: Chart): Html {
  const { title, summary, at, series, write } = one
  const own = scales(one)
  const rows = at
    .map((time, n) => [
      timeOf(time),
      ...series.map(({ values }) => {
        const value = values[n] ?? null
        return value === null ? '–' : write(value)
      }),
    ])
    .reverse()
  return html`<figure class="chart"><figcaption><span>${title}</span><ul class="keys">${series.map(key)}</ul></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}: ${summary}">${axes(one, own)}${series.map((each) => drawn(one, each, own))}</svg>
<details><summary>As a table</summary><div tabindex="0" role="region" aria-label="${title}, as a table">${table(
    {
      caption: title,
      columns: [{ label: 'From', isTime: true }, ...numbers(...series.map(({ label }) => label))],
      rows,
    },
  )}</div></details></figure>`
}
