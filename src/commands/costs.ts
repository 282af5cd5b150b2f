// countersign costs: what messages cost, by day, service, channel, provider and country. Nothing is changed.

import type { AdminContext } from './admin-context.ts'
import { type Command, EXIT, type Given, JSON_OPTION, type Terminal } from './command.ts'
import { readFilter, SERVICE_OPTION, TIME_OPTIONS } from './verification-options.ts'

async function list(context: AdminContext, given: Given, terminal: Terminal): Promise<number> {
  const [{ createCosts }, { toCostRange, toWireCosts }, { alignRows }] = await Promise.all([
    import('../admin/costs.ts'),
    import('../http/schemas/costs.ts'),
    import('./table.ts'),
  ])
  const { service, since, until } = context.filterOf(given)
  const text = (at: number | undefined) => (at === undefined ? at : new Date(at).toISOString())
  const range = toCostRange({ since: text(since), until: text(until) }, context.clock.now())
  const report = toWireCosts(
    await createCosts({ events: context.store.events })({ service, ...range }),
  )
  if (given.flag('json')) for (const line of report.costs) terminal.out(`${JSON.stringify(line)}\n`)
  else
    terminal.out(
      alignRows(
        report.costs.map((line) => [
          ...[line.day, line.service, line.channel, line.provider, line.country ?? '–'],
          ...[`${line.messages} messages`, `${line.parts} parts`],
          line.cost === null ? 'no price' : `${line.cost} ${line.currency}`,
        ]),
      ),
    )
  if (report.costs.length === 0)
    terminal.err('No costs: PRICES_FILE was not set, or nothing was sent.\n')
  if (!report.complete) terminal.err('There were too many messages: give a shorter span.\n')
  return EXIT.ok
}

export const costsCommand: Command = {
  words: 'costs',
  summary: 'Sums up what messages cost, by day, service, channel, provider and country.',
  options: { ...SERVICE_OPTION, ...TIME_OPTIONS, ...JSON_OPTION },
  notes: `At most 31 days. Prices are those of PRICES_FILE when each message was sent, or the
provider’s own where its receipt has one.`,
  async run(given, terminal) {
    // Wrong options are reported before a store is opened.
    readFilter(given, Date.now())
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, (context) => list(context, given, terminal))
  },
}
