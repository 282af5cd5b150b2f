// countersign stats: whether it is going well, in the figures of a span and of the one before it. Nothing is changed but
// what was not counted yet.

import type { Figures, Narrowing, Quantiles, Summary } from '../admin/figures.ts'
import { BREAKDOWNS, NARROWED_BY } from '../admin/figures.ts'
import { SPAN_NAMES } from '../counts/buckets.ts'
import { formatMicros } from '../kernel/money.ts'
import type { AdminContext } from './admin-context.ts'
import {
  type Command,
  EXIT,
  type Given,
  JSON_OPTION,
  type Terminal,
  textOption,
  toJson,
  UsageError,
} from './command.ts'
import { requireService } from './store.ts'
import { oneOf, SERVICE_OPTION } from './verification-options.ts'

const seconds = (times: Quantiles | null) =>
  times ? `${(times.medianMs / 1000).toFixed(1)} / ${(times.p95Ms / 1000).toFixed(1)} s` : '–'
const share = (value: number | null) => (value === null ? '–' : `${(value * 100).toFixed(1)} %`)
const costsOf = ({ costs }: Figures) =>
  costs
    .map((one) =>
      one.currency === '' ? 'no price' : `${formatMicros(one.micros)} ${one.currency}`,
    )
    .join(', ') || '–'

const LINES: readonly (readonly [string, (figures: Figures) => string])[] = [
  ['starts', ({ started }) => String(started)],
  ['messages accepted', ({ sent }) => String(sent)],
  ['delivered (reported)', ({ delivered }) => String(delivered)],
  ['not delivered (reported)', ({ undelivered }) => String(undelivered)],
  ['tries not accepted', ({ retried }) => String(retried)],
  ['messages failed', ({ failed }) => String(failed)],
  ['approved', ({ approved }) => String(approved)],
  ['ended otherwise', ({ unapproved }) => String(unapproved)],
  ['conversion', ({ conversion }) => share(conversion)],
  ['time to deliver (median / p95)', ({ deliver }) => seconds(deliver)],
  ['time to approve (median / p95)', ({ approve }) => seconds(approve)],
  ['requests refused', ({ refused }) => String(refused)],
  ['costs', costsOf],
]

const narrow = ({ value, now }: Summary['groups'][number]) => [
  value === '' ? '–' : value,
  `${now.started} starts`,
  `${now.sent} messages`,
  `${now.delivered} delivered`,
  `${now.failed + now.retried} not accepted`,
  `${now.approved} approved`,
  share(now.conversion),
]

function onlyOf(given: Given): Narrowing | null {
  const [first, second] = NARROWED_BY.flatMap((dimension) => {
    const value = given.text(dimension)
    return value === undefined ? [] : [{ dimension, value }]
  })
  if (second) throw new UsageError('give one of --channel, --provider and --country')
  if (!first) return null
  if (first.dimension !== 'country') return first
  if (!/^[A-Za-z]{2}$/.test(first.value))
    throw new UsageError('--country must be an ISO 3166-1 code, such as DE')
  return { ...first, value: first.value.toUpperCase() }
}

function readQuery(given: Given) {
  const by = oneOf(given, 'by', BREAKDOWNS) ?? 'provider'
  const only = onlyOf(given)
  if (only && !(NARROWED_BY as readonly string[]).includes(by))
    throw new UsageError(`--by must be one of ${NARROWED_BY.join(', ')} with --${only.dimension}`)
  const span = oneOf(given, 'span', SPAN_NAMES) ?? '24h'
  return { service: given.text('service') ?? null, span, by, only }
}

async function show(context: AdminContext, given: Given, terminal: Terminal): Promise<number> {
  const [
    { createSummaries },
    { createCounter },
    { tellChange },
    { toWireSummary },
    { alignRows, plain },
  ] = await Promise.all([
    import('../admin/summary.ts'),
    import('../counts/counter.ts'),
    import('../admin/change-words.ts'),
    import('../http/schemas/summary.ts'),
    import('./table.ts'),
  ])
  const query = readQuery(given)
  if (query.service !== null) requireService(context.config, query.service)
  const { clock, store } = context
  const silent = { info() {}, warn() {} }
  const counter = createCounter({ store: store.counts, clock, logger: silent })
  const report = await createSummaries({ store: store.counts, counter, clock }).of(query)
  if (given.flag('json')) {
    terminal.out(toJson(toWireSummary(report)))
    return EXIT.ok
  }
  const rows = LINES.map(([label, write]) => [label, write(report.now), write(report.before)])
  terminal.out(alignRows([['', `last ${query.span}`, 'before'], ...rows]))
  if (report.groups.length > 0)
    terminal.out(
      `\nby ${query.by}\n${alignRows(report.groups.map(narrow).map((row) => row.map((cell) => plain(cell))))}`,
    )
  if (report.reasons.length > 0)
    terminal.out(
      `\nrefused\n${alignRows(report.reasons.map(({ reason, now, before }) => [plain(reason), String(now), String(before)]))}`,
    )
  for (const change of report.changes)
    terminal.out(`\n${plain(tellChange(change, query.service).sentence)}\n`)
  if (report.counted.isBehind)
    terminal.err('The log is still being counted: these figures are not complete yet.\n')
  return EXIT.ok
}

export const statsCommand: Command = {
  words: 'stats',
  summary: 'Sums up how it is going: starts, messages, approvals, times, costs, refusals.',
  options: {
    span: textOption('<span>', `${SPAN_NAMES.join(', ')}, up to now (default: 24h)`),
    by: textOption('<what>', `The rows: ${BREAKDOWNS.join(', ')} (default: provider)`),
    channel: textOption('<channel>', 'Only this one'),
    provider: textOption('<name>', 'Only this one'),
    country: textOption('<code>', 'Only this one: ISO 3166-1, such as DE'),
    ...SERVICE_OPTION,
    ...JSON_OPTION,
  },
  notes:
    'Decoys and test recipients are not counted. The same numbers as the console’s first page.',
  async run(given, terminal) {
    // Wrong options are reported before a store is opened.
    readQuery(given)
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, (context) => show(context, given, terminal))
  },
}
