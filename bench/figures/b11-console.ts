// B11: the console: pages by every filter over a million events (ten in the long form) beside the same ones over
// 10,000, and what ten open consoles cost the flows of callers. The stores differ in size alone; the pages go round them.

import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { ADMIN_KEY, fetchPage, findPerson, openConsoles, signIn } from '../harness/console.ts'
import { type FilledStore, fillConsoleStore, REFERENCE } from '../harness/console-store.ts'
import { alternate, type Context, type Figure, type Measure, measure } from '../harness/figure.ts'
import { DATABASE } from '../harness/old-rows.ts'
import { API_KEY, makeDirectory, type Service, startService } from '../harness/server.ts'
import { format, median } from '../harness/stats.ts'
import { waitIdle } from '../harness/usage.ts'

const SMALL_EVENTS = 10_000
const LARGE_EVENTS = 1_000_000
/** BENCH_LONG=1: 2 GiB of disk, and some minutes to fill. */
const LONG_EVENTS = 10_000_000
const ROUNDS = 15
/** One after the other on an idle service: what a caller waits is what the service takes, and some 0.3 ms. */
const MAX_PAGE_MS = 100
const MAX_RATIO = 3
const CONSOLES = 10
const FLOW_ROUNDS = 4
/** Three fetches of each console. */
const FLOW_SECONDS = 6
const CALLERS = 8
const MIN_BESIDE_CONSOLES = 0.98
const DAY_MS = 86_400_000
/** A number that no load starts with. */
const PERSON = '+12015550123'

/** A store with a finished flow in it, and one verification of the person who is looked for. */
async function makeTemplate({ loader }: Context): Promise<string> {
  const service = await startService(loader.gatewayEnv)
  const target = { target: 'ours', url: service.url, pid: service.pid, apiKey: API_KEY } as const
  await loader.run('closedLoop', { ...target, callers: 1, warmUpSeconds: 0, seconds: 0.05 })
  const started = await fetch(`${service.url}/verify/start`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ to: PERSON, client_ip: '21.0.0.1' }),
  })
  if (started.status !== 201) throw new Error(`start: ${started.status} ${await started.text()}`)
  await waitIdle(service.pid)
  await service.stop()
  return join(service.dataDir, DATABASE)
}

type Side = { service: Service; store: FilledStore; cookie: string; person: string }

async function makeSide(context: Context, template: string, events: number): Promise<Side> {
  const dataDir = makeDirectory()
  const path = join(dataDir, DATABASE)
  copyFileSync(template, path)
  const began = performance.now()
  const store = fillConsoleStore(path, events)
  context.log(`${store.events} events: ${format((performance.now() - began) / 1000)} s`)
  const service = await startService({ ...context.loader.gatewayEnv, ADMIN_KEY }, dataDir)
  const cookie = await signIn(service.url, ADMIN_KEY)
  const person = await findPerson(service.url, cookie, PERSON)
  await waitIdle(service.pid)
  return { service, store, cookie, person }
}

/** Each with another moment of the past in every round: nobody asks for the same hour twice. */
function pagesOf({ store, person }: Side, round: number): Record<string, string> {
  const { from, to } = store
  const at = from + ((to - from) * (round + 0.5)) / ROUNDS
  const input = (time: number) => new Date(time).toISOString().slice(0, 19)
  const between = `from=${input(at - DAY_MS / 2)}&to=${input(at)}`
  const iso = (time: number) => encodeURIComponent(new Date(time).toISOString())
  const list = (query: string) => `/admin/verifications?${query}`
  return {
    'no filter': '/admin/verifications',
    'one service': list('service=default'),
    'outcome, no match': list('status=canceled'),
    'message, no match': list('delivery=failed'),
    'channel, no match': list('channel=voice'),
    'provider, no match': list('provider=nobody'),
    'country, rare': list('country=FR'),
    'country, far away': list('country=DE'),
    'all filters': list('service=default&status=approved&channel=sms&country=FR&span=week'),
    'the last hour': list('span=hour'),
    'far past': list(between),
    'far past, no match': list(`${between}&country=DE`),
    'until the far past, rare': list(`to=${input(at)}&country=FR`),
    'by person': person,
    'by person, no match': `${person}&status=canceled`,
    'by reference': list(`reference=${REFERENCE}`),
    'log: all': '/admin/api/events',
    'log: type, no match': '/admin/api/events?type=delivery.failed',
    'log: far past': `/admin/api/events?since=${iso(at - DAY_MS)}&until=${iso(at)}`,
    'log: by reference': `/admin/api/events?reference=${REFERENCE}`,
  }
}

type Times = Record<string, number>

async function readPages(side: Side, round: number): Promise<Times> {
  const times: Times = {}
  for (const [name, path] of Object.entries(pagesOf(side, round))) {
    const headers: Record<string, string> = path.startsWith('/admin/api/')
      ? { authorization: `Bearer ${ADMIN_KEY}` }
      : { cookie: side.cookie }
    const { status, ms, text } = await fetchPage(`${side.service.url}${path}`, headers)
    if (status !== 200) throw new Error(`${name}: ${status} ${text.slice(0, 200)}`)
    times[name] = ms
  }
  return times
}

/** The page that is worst of all is the figure. */
async function measurePages(
  context: Context,
  template: string,
): Promise<{ measures: Measure[]; note: string }> {
  const share = Math.min(1, context.share)
  const small = await makeSide(context, template, SMALL_EVENTS)
  const large = await makeSide(
    context,
    template,
    Math.round((context.long ? LONG_EVENTS : LARGE_EVENTS) * share),
  )
  let round = 0
  // The first of all pages are compiled: they are nobody's measure.
  await readPages(small, 0)
  await readPages(large, 0)
  const rounds = await alternate(ROUNDS, {
    small: () => readPages(small, round),
    large: () => readPages(large, round++),
  })
  await Promise.all([small.service.stop(), large.service.stop()])
  const names = Object.keys(pagesOf(large, 0))
  const of = (side: Times[], name: string) => side.map((times) => times[name] ?? Number.NaN)
  const ratios = (name: string) =>
    of(rounds.large, name).map((ms, i) => ms / (rounds.small[i]?.[name] ?? Number.NaN))
  const worst = (value: (name: string) => number[]) =>
    names.toSorted((a, b) => median(value(b)) - median(value(a)))[0] ?? ''
  const slowest = worst((name) => of(rounds.large, name))
  const grown = worst(ratios)
  const told = names.map(
    (name) =>
      `${name} ${format(median(of(rounds.small, name)))} → ${format(median(of(rounds.large, name)))}`,
  )
  return {
    measures: [
      measure(
        'B11a',
        `a page of the console, ${large.store.events} events: the slowest (${slowest})`,
        of(rounds.large, slowest),
        { atMost: MAX_PAGE_MS },
        'ms',
      ),
      measure(
        'B11b',
        `÷ the same page with ${small.store.events} events: the worst (${grown})`,
        ratios(grown),
        { atMost: MAX_RATIO },
      ),
    ],
    note: `Pages, ms, ${small.store.events} → ${large.store.events} events: ${told.join('; ')}.`,
  }
}

type Flows = { rate: number; cpuMs: number; pages: number }

async function measureConsoles({ loader, share }: Context): Promise<{
  measure: Measure
  note: string
}> {
  const service = await startService({ ...loader.gatewayEnv, ADMIN_KEY })
  const cookies: string[] = []
  for (let n = 0; n < CONSOLES; n += 1) cookies.push(await signIn(service.url, ADMIN_KEY))
  const run = async (consoles: readonly string[]): Promise<Flows> => {
    await waitIdle(service.pid)
    const opened = openConsoles(service.url, consoles)
    const result = await loader.run('closedLoop', {
      ...{ target: 'ours', url: service.url, pid: service.pid, apiKey: API_KEY },
      ...{ callers: CALLERS, warmUpSeconds: 0.5, seconds: FLOW_SECONDS * share },
    })
    const pages = await opened.close()
    return { rate: result.flowsPerSecond, cpuMs: result.serverCpuMs / result.flows, pages }
  }
  const rounds = await alternate(FLOW_ROUNDS, {
    alone: () => run([]),
    watched: () => run(cookies),
  })
  await service.stop()
  const ratios = rounds.watched.map((one, i) => one.rate / (rounds.alone[i]?.rate ?? Number.NaN))
  const tell = (side: Flows[]) =>
    `${format(median(side.map((one) => one.rate)))} flows/s, ${format(median(side.map((one) => one.cpuMs)))} ms of CPU a flow`
  const pages = median(rounds.watched.map((one) => one.pages))
  return {
    measure: measure('B11c', `flows/s with ${CONSOLES} open consoles ÷ without`, ratios, {
      atLeast: MIN_BESIDE_CONSOLES,
    }),
    note: `Without consoles ${tell(rounds.alone)}; with ${CONSOLES}: ${tell(rounds.watched)}, ${format(pages)} pages fetched in a round.`,
  }
}

export const consolePages: Figure = {
  id: 'B11',
  title: 'The console',
  async run(context) {
    const template = await makeTemplate(context)
    const pages = await measurePages(context, template)
    const consoles = await measureConsoles(context)
    return {
      measures: [...pages.measures, consoles.measure],
      notes: [pages.note, consoles.note],
    }
  },
}
