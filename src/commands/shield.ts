// countersign shield: what the rules against toll fraud would have stopped in the stored log. Nothing is changed.

import type { StoppedSums, StoppedValue, WhatIf } from '../admin/shield.ts'
import { DAY_MS } from '../kernel/clock.ts'
import { formatSums } from '../kernel/money.ts'
import { SHIELD_RULES } from '../kernel/shield-rules.ts'
import { unreportedIn } from '../shield/facts.ts'
import type { Progress, StoppedStart } from '../shield/replay.ts'
import type { AdminContext } from './admin-context.ts'
import {
  type Command,
  countOf,
  EXIT,
  flagOption,
  type Given,
  interruptible,
  JSON_OPTION,
  type Terminal,
  textOption,
  toJson,
} from './command.ts'
import { requireService } from './store.ts'
import { oneOf, readFilter, SERVICE_OPTION, TIME_OPTIONS } from './verification-options.ts'

const DEFAULT_DAYS = 30
/** A shorter log is read within a second or two. */
const LONG_EVENTS = 50_000

/** `412 starts, 3 of them approved, 31.20 EUR` */
function describeSums(sums: StoppedSums): string {
  const money = formatSums(sums.costs)
  return `${countOf(sums.starts, 'start')}, ${sums.approved} of them approved${money && `, ${money}`}`
}

const timeOf = (at: number) => new Date(at).toISOString()

function describeValue({ value, service, since, until, ...sums }: StoppedValue): string[] {
  return [`  ${value}`, service, describeSums(sums), `${timeOf(since)} – ${timeOf(until)}`]
}

async function write(found: WhatIf, terminal: Terminal): Promise<void> {
  const { alignRows, plain } = await import('./table.ts')
  const { since, until, starts, all } = found
  terminal.out(
    `${timeOf(since)} – ${timeOf(until)}: ${countOf(starts, 'start')} of recipients who were not known.\nAll rules together would have stopped ${describeSums(all)}.\n`,
  )
  for (const { rule, stops, values, ...sums } of found.rules) {
    const times = stops === 0 ? 'nothing' : `${describeSums(sums)} (stopped ${stops} ×)`
    terminal.out(`\n${rule}: ${times}\n`)
    terminal.out(alignRows(values.map((value) => describeValue(value).map((cell) => plain(cell)))))
  }
}

const lineOf = ({ verificationId, at, service, stopped }: StoppedStart, show: ShownValue) => ({
  verification: verificationId,
  at: timeOf(at),
  service,
  stopped_by: stopped.map(({ rule, value }) => ({ rule, value: show(rule, value) })),
})
type ShownValue = typeof import('../admin/shield.ts')['shownValue']

async function run(
  context: AdminContext,
  given: Given,
  terminal: Terminal,
  stop: AbortSignal,
): Promise<number> {
  const [{ createWhatIf, shownValue }, { networkKey }, { toWireWhatIf }, { createProgressLine }] =
    await Promise.all([
      import('../admin/shield.ts'),
      import('../limits/client-address.ts'),
      import('../http/schemas/shield.ts'),
      import('./table.ts'),
    ])
  const { store, keyring, clock, config, filterOf } = context
  const { service, since, until } = filterOf(given)
  if (service !== null) requireService(config, service)
  const rule = oneOf(given, 'rule', SHIELD_RULES)
  const line = createProgressLine(terminal, 'events')
  const onSlice = async ({ events, total }: Progress) => {
    stop.throwIfAborted()
    if (total > LONG_EVENTS) line.show({ name: 'reading the log', done: events, total })
  }
  const onStopped = (start: StoppedStart) =>
    terminal.out(`${JSON.stringify(lineOf(start, shownValue))}\n`)
  const end = until ?? clock.now() + 1
  const whatIf = createWhatIf({
    ...{ log: store.shield, keyring, networkOf: networkKey },
    isUnreported: unreportedIn(config.services),
  })
  const found = await whatIf({
    ...{ service, since: since ?? end - DEFAULT_DAYS * DAY_MS, until: end, onSlice },
    ...(rule && { rules: [rule] }),
    ...(given.flag('starts') && { onStopped }),
  }).finally(line.end)
  if (given.flag('starts')) return EXIT.ok
  if (given.flag('json')) terminal.out(toJson(toWireWhatIf(found)))
  else await write(found, terminal)
  return EXIT.ok
}

function check(given: Given): void {
  readFilter(given, Date.now())
  oneOf(given, 'rule', SHIELD_RULES)
}

export const shieldCommand: Command = {
  words: 'shield',
  summary: 'Shows what the rules against toll fraud would have stopped in the stored log.',
  options: {
    rule: textOption('<rule>', `Only this one: ${SHIELD_RULES.join(', ')}`),
    starts: flagOption('Each start in a line of JSON, as evidence for a refund'),
    ...SERVICE_OPTION,
    ...TIME_OPTIONS,
    ...JSON_OPTION,
  },
  notes: `The last 30 days, unless --since says otherwise. Each rule begins with nothing counted, and
counts recipients who were not approved here before. "Approved" are people whom the
rule would have stopped for nothing. See docs/shield.md.`,
  async run(given, terminal) {
    // Wrong options are reported before a store is opened.
    check(given)
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, (context) =>
      interruptible(terminal, 'Stopped: nothing was changed.', (stop) =>
        run(context, given, terminal, stop),
      ),
    )
  },
}
