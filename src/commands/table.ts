// Text on a terminal: columns, and a long command's progress.
// It must not be loaded for help or a health check: the widths of characters take a while.

import stringWidth from 'string-width'
import { printable, type Terminal } from './command.ts'

const GAP = '  '
const GRAPHEMES = new Intl.Segmenter()
/** Characters of one column each, which are most: Latin letters and common punctuation, without the soft hyphen. */
const NARROW = /^[\u0020-\u007e\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\ufffd]*$/

const widthOf = (text: string) => (NARROW.test(text) ? text.length : stringWidth(text))

/** At most `max` columns of the terminal, and no character that it would obey. */
export function plain(text: string, max = Number.POSITIVE_INFINITY): string {
  const whole = printable(text)
  if (widthOf(whole) <= max) return whole
  let [kept, width] = ['', 1]
  for (const { segment } of GRAPHEMES.segment(whole)) {
    width += widthOf(segment)
    if (width > max) break
    kept += segment
  }
  return `${kept}…`
}

const pad = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - widthOf(text)))

/** @param widths least widths of the columns, for rows that are printed one by one */
export function alignRows(
  rows: readonly (readonly string[])[],
  widths: readonly number[] = [],
): string {
  const widest = [...widths]
  for (const row of rows)
    for (const [i, cell] of row.entries()) widest[i] = Math.max(widest[i] ?? 0, widthOf(cell))
  const lineOf = (row: readonly string[]) =>
    row.map((cell, i) => pad(cell, widest[i] ?? 0)).join(GAP)
  return rows.map((row) => `${lineOf(row).trimEnd()}\n`).join('')
}

/** Often enough to look alive. */
const LIVE_MS = 250
/** In a log each line stays. */
const PLAIN_MS = 5_000
/** To the beginning of the line, and clear it (ECMA-48 EL). */
const OVER = '\r\u001b[2K'
const MINUTE_SECONDS = 60

type Step = { name: string; done: number; total: number }

const whole = (value: number) => Math.round(value).toLocaleString('en')

function describeSeconds(seconds: number): string {
  if (seconds < MINUTE_SECONDS) return `${Math.ceil(seconds)} s`
  return `${Math.floor(seconds / MINUTE_SECONDS)} min ${Math.round(seconds % MINUTE_SECONDS)} s`
}

/** One line that is overwritten on a terminal, else a line now and then. @param nowMs a clock that only goes forward */
export function createProgressLine(
  { err, isLive = false }: Pick<Terminal, 'err' | 'isLive'>,
  unit: string,
  nowMs = () => performance.now(),
) {
  let first = { name: '', done: 0, at: 0 }
  let shownAt = nowMs()
  let isOpen = false
  const end = () => {
    if (isOpen) err('\n')
    isOpen = false
  }
  const describe = ({ name, done, total }: Step, now: number) => {
    const rate = ((done - first.done) * 1000) / Math.max(now - first.at, 1)
    const left = rate > 0 && done < total ? `, ${describeSeconds((total - done) / rate)} left` : ''
    const percent = total > 0 ? Math.floor((done * 100) / total) : 100
    return `${name}: ${whole(done)} of ${whole(total)} ${unit} (${percent} %), ${whole(rate)} a second${left}`
  }
  return {
    /** The rate is that since the first step of this name. */
    show(step: Step) {
      const now = nowMs()
      if (step.name !== first.name) {
        end()
        first = { name: step.name, done: step.done, at: now }
      } else if (now - shownAt < (isLive ? LIVE_MS : PLAIN_MS) && step.done < step.total) return
      shownAt = now
      err(isLive ? `${OVER}${describe(step, now)}` : `${describe(step, now)}\n`)
      isOpen = isLive
    },
    /** Before anything else is written. */
    end,
  }
}
