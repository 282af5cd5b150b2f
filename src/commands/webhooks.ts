// countersign webhooks …: lists destinations and messages, sends messages again, and switches destinations on, while the service runs.
// It must not send anything: the service's sender does, within seconds.

import { MAX_REPLAYED, statusOf, WEBHOOK_STATUSES } from '../webhooks/ports.ts'
import type { AdminContext } from './admin-context.ts'
import {
  type Command,
  EXIT,
  type Given,
  JSON_OPTION,
  type Terminal,
  textOption,
  toJson,
} from './command.ts'
import { LIMIT_OPTION, oneOf, readLimit, SERVICE_OPTION } from './verification-options.ts'

const PAGE_SIZE = 100
const MAX_URL = 60

const timeOf = (at: number | null) => (at === null ? '–' : new Date(at).toISOString())

type Job = (context: AdminContext, given: Given, terminal: Terminal) => Promise<number>

const wire = () => import('../http/schemas/webhooks.ts')

async function listDestinations({ webhooks }: AdminContext, given: Given, terminal: Terminal) {
  const { stateOf, toWireDestination } = await wire()
  const found = await webhooks.destinations(given.text('service') ?? null)
  if (given.flag('json')) {
    for (const one of found) terminal.out(`${JSON.stringify(toWireDestination(one))}\n`)
    return EXIT.ok
  }
  const { alignRows, plain } = await import('./table.ts')
  const rows = found.map((one) => [
    one.destination,
    stateOf(one),
    `${one.pending} pending`,
    `${one.dead} given up`,
    one.service,
    plain(one.url ?? 'no longer in the settings', MAX_URL),
  ])
  terminal.out(alignRows(rows))
  if (found.length === 0) terminal.err('No webhooks are configured.\n')
  return EXIT.ok
}

async function list({ webhooks }: AdminContext, given: Given, terminal: Terminal): Promise<number> {
  const most = readLimit(given)
  const filter = {
    service: given.text('service') ?? null,
    destination: given.text('destination'),
    status: oneOf(given, 'status', WEBHOOK_STATUSES),
  }
  const [{ toWireWebhook }, { alignRows, plain }] = await Promise.all([
    wire(),
    import('./table.ts'),
  ])
  let cursor: string | null = null
  let shown = 0
  do {
    const limit = Math.min(PAGE_SIZE, most - shown)
    const page = await webhooks.list(filter, cursor, limit)
    for (const one of page.items) {
      const error = plain(one.error ?? '')
      const row = [timeOf(one.at), statusOf(one.state), one.type, one.reference, one.id, error]
      const isJson = given.flag('json')
      terminal.out(isJson ? `${JSON.stringify(toWireWebhook(one))}\n` : alignRows([row]))
    }
    shown += page.items.length
    cursor = page.nextCursor
  } while (cursor !== null && shown < most && !terminal.gone?.aborted)
  if (shown === 0) terminal.err('No messages found.\n')
  else if (cursor !== null) terminal.err(`There are more: these are the newest ${shown}.\n`)
  return EXIT.ok
}

const missing = (terminal: Terminal, what: string) => {
  terminal.err(`There is no ${what} with this id.\n`)
  return EXIT.failed
}

const REMOVED = 'The settings no longer have this URL: nothing is sent to it.\n'

async function show({ webhooks }: AdminContext, given: Given, terminal: Terminal): Promise<number> {
  const found = await webhooks.find(null, given.positionals[0] ?? '')
  if (!found) return missing(terminal, 'message')
  const { toWireDetailedWebhook } = await wire()
  terminal.out(toJson(toWireDetailedWebhook(found)))
  return EXIT.ok
}

async function replay(context: AdminContext, given: Given, terminal: Terminal): Promise<number> {
  const { webhooks, admin } = context
  const [id = ''] = given.positionals
  if (id.startsWith('whd_')) return replayDead(context, id, terminal)
  const result = await webhooks.replay(admin, id)
  if (result === undefined) return missing(terminal, 'message')
  terminal.err(
    result === 'removed'
      ? REMOVED
      : result === 'sending'
        ? 'It is being sent at this moment; nothing was changed.\n'
        : 'Due now, under the same id.\n',
  )
  return result === 'removed' ? EXIT.failed : EXIT.ok
}

async function replayDead({ webhooks, admin }: AdminContext, id: string, terminal: Terminal) {
  const result = await webhooks.replayDead(admin, id)
  if (result === undefined) return missing(terminal, 'destination')
  if (result.kind === 'removed') {
    terminal.err(REMOVED)
    return EXIT.failed
  }
  const more = result.isMore ? ' There are more: run it again.' : ''
  terminal.err(`${result.count} messages are due now.${more}\n`)
  return EXIT.ok
}

async function switchOn({ webhooks, admin }: AdminContext, given: Given, terminal: Terminal) {
  const wasOff = await webhooks.switchOn(admin, given.positionals[0] ?? '')
  if (wasOff === undefined) return missing(terminal, 'destination')
  terminal.err(wasOff ? 'On again: what waits goes out.\n' : 'It was on already.\n')
  return EXIT.ok
}

const run =
  (job: Job): Command['run'] =>
  async (given, terminal) => {
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, (context) => job(context, given, terminal))
  }

export const WEBHOOK_COMMANDS: readonly Command[] = [
  {
    words: 'webhooks destinations',
    summary: 'Lists the URLs that hear of events: on, failing, off; how many messages wait.',
    options: { ...SERVICE_OPTION, ...JSON_OPTION },
    run: run(listDestinations),
  },
  {
    words: 'webhooks list',
    summary: 'Lists messages to webhooks, the newest event first.',
    options: {
      ...SERVICE_OPTION,
      destination: textOption('<id>', 'Only those to this destination (whd_…)'),
      status: textOption('<status>', `One of ${WEBHOOK_STATUSES.join(', ')}`),
      ...LIMIT_OPTION,
      ...JSON_OPTION,
    },
    async run(given, terminal) {
      // Wrong options are reported before a store is opened.
      readLimit(given)
      oneOf(given, 'status', WEBHOOK_STATUSES)
      return run(list)(given, terminal)
    },
  },
  {
    words: 'webhooks show',
    operands: ['id'],
    summary: 'Shows a message to a webhook, as JSON: what it says, without the recipient.',
    options: {},
    run: run(show),
  },
  {
    words: 'webhooks replay',
    operands: ['id'],
    summary: 'Sends a message again (whm_…), or all that were given up of a destination (whd_…).',
    options: {},
    notes: `Messages keep their id, so a receiver ignores what it has seen. Of a destination at most
${MAX_REPLAYED} are due again, the oldest first: run it again for more.`,
    run: run(replay),
  },
  {
    words: 'webhooks on',
    operands: ['destination'],
    summary: 'Switches a destination on again that failed for five days.',
    options: {},
    run: run(switchOn),
  },
]
