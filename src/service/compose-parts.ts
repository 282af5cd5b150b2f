// Every part that runs beside the requests: the stores, hashing, sending, and the periodic cleanup.

import { createSummaries } from '../admin/summary.ts'
import { createWeights } from '../admin/weights.ts'
import type { Config } from '../config/config.ts'
import { createCounter } from '../counts/counter.ts'
import { createSuppressFor } from '../delivery/answers/suppress.ts'
import { createPace } from '../delivery/pace/pace.ts'
import { createWaits } from '../delivery/pace/waits.ts'
import { createPlan } from '../delivery/plan.ts'
import type { Provider } from '../delivery/ports.ts'
import { createPrices } from '../delivery/prices.ts'
import { createReceiptKnowledge } from '../delivery/receipts/known.ts'
import { createProviders, type Providers } from '../delivery/registry.ts'
import { type Chooser, createChooser } from '../delivery/routes/chooser.ts'
import { createRests, type Rests } from '../delivery/routes/rests.ts'
import { createRouting, type Routed, type Routing } from '../delivery/routes/routing.ts'
import { createWorker, type Worker } from '../delivery/worker.ts'
import { createRefusalLog } from '../events/refusal-log.ts'
import { createHasher, startSelfTest } from '../hashing/hasher.ts'
import { createMint } from '../hashing/mint.ts'
import type { Channel } from '../kernel/channel.ts'
import { type Clock, createClock, STEERED_RATE } from '../kernel/clock.ts'
import { createKeyring, type Keyring } from '../kernel/keyring.ts'
import type { Logger } from '../kernel/logger.ts'
import { addressKey } from '../limits/client-address.ts'
import type { Book } from '../shield/book.ts'
import type { Store } from '../storage/store.ts'
import { createMetrics, type Levels, type Metrics } from '../telemetry/metrics.ts'
import { createProviderWatch, type ProviderWatch } from '../telemetry/observed.ts'
import { createCountMessage } from '../verification/budgets.ts'
import { generateCode } from '../verification/comparison.ts'
import type { Limiter } from '../verification/limit-ports.ts'
import type { RefusalLog } from '../verification/ports.ts'
import { createSuppress, type Suppress } from '../verification/suppress.ts'
import { composeAudit } from './compose-audit.ts'
import { composeCalls } from './compose-calls.ts'
import { composeCleaning } from './compose-cleaning.ts'
import { composeMessages } from './compose-messages.ts'
import { composeReports, type Reports } from './compose-receipts.ts'
import { composeShield } from './compose-shield.ts'
import { composeTraces, type Traces } from './compose-traces.ts'
import { composeWebhooks } from './compose-webhooks.ts'
import { openDatabases } from './databases.ts'
import type { Thread } from './thread.ts'

type Sending = ReturnType<typeof composeForesight> & {
  providers: Providers
  worker: Worker
  watch: ProviderWatch
  rests: Rests
  chooser: Chooser
  reports: Reports
  calls: ReturnType<typeof composeCalls>
  hasReceipts: (message: Routed) => boolean
}

/** How long a message would wait, and how messages have done. */
function composeForesight(
  store: Store,
  providers: readonly Provider[],
  routing: Routing,
  clock: Clock,
) {
  const waits = createWaits({ backlog: store.outbox.backlog, providers, routing, clock })
  const weights = createWeights({ reads: store.verificationReads, providers, clock })
  return { waits, waitTooLong: waits.tooLong, weights }
}

function composeDelivery(
  config: Config,
  deps: {
    store: Store
    limiter: Limiter
    keyring: Keyring
    clock: Clock
    logger: Logger
    metrics: Metrics
    suppress: Suppress
    traces: Traces | null
    book: Book
  },
): Sending {
  const { store, keyring, clock, logger, metrics, traces } = deps
  const inbox = config.mode === 'development'
  const providers = createProviders(config.providers, {
    ...{ clock, inbox, aroundHttp: traces?.http },
    onAllowance: (...said) => pace.observe(...said),
  })
  const watch = createProviderWatch({ clock, providers: providers.providers })
  const rests = createRests()
  const pace = createPace({
    ...{ providers: providers.providers, shared: store.pace },
    ...{ clock, rests, logger },
  })
  const routing = createRouting(providers.providers, config.routes, config.serviceRoutes)
  const foresight = composeForesight(store, providers.providers, routing, clock)
  const { isFull } = foresight.waits
  const chooser = createChooser({ routing, rests, clock, random: Math.random, isFull })
  const reports = composeReports(config, { ...deps, providers: providers.providers })
  const { isReporting, hasWebhook, onDecoySent } = reports
  const calls = composeCalls(config, { ...deps, providers: providers.providers })
  const worker = createWorker({
    ...{ chooser, rests, pace, isReporting, hasWebhook, onDecoySent },
    countMessage: createCountMessage({
      limiter: deps.limiter,
      store: store.verifications,
      judge: deps.book.judge,
      clock,
      keyring,
      addressKey,
      services: config.services,
    }),
    suppressFor: createSuppressFor({ add: deps.suppress.add, logger }),
    outbox: store.outbox,
    providers: providers.providers,
    onOutcome(outcome) {
      metrics.observeSend(outcome)
      watch.record(outcome)
    },
    onFailover: metrics.countFailover,
    priceOf: createPrices(config.prices),
    plan: createPlan({
      keyring,
      chooser,
      rests,
      clock,
      ...{ mayCall: calls.mayCall, knowsService: (name) => config.services.has(name) },
    }),
    compose: composeMessages(config, keyring, { ...reports, callUrlOf: calls.callUrlOf }),
    clock,
    logger,
    keyring,
    deadlineMs: config.deliveryDeadlineMs,
    aroundTry: traces?.aroundTry,
  })
  const hasReceipts = createReceiptKnowledge(routing, providers.providers, reports.reportsArrival)
  return {
    providers,
    worker,
    watch,
    rests,
    chooser,
    ...foresight,
    reports,
    calls,
    hasReceipts,
  }
}

function composeHashing(config: Config, keyring: Keyring, clock: Clock, logger: Logger) {
  const { concurrency, queue, mintSize, memoryKib, passes } = config.hashing
  const hasher = createHasher({
    keyring,
    memoryKib,
    passes,
    concurrency,
    queueLimit: queue,
    logger,
  })
  const lengths = [...new Set([...config.services.values()].map((service) => service.codeLength))]
  const mint = createMint({ hasher, lengths, size: mintSize, clock, generateCode, logger })
  return { hasher, mint, selfTest: startSelfTest(hasher, logger) }
}

function composeCounting({ counts: store }: Store, clock: Clock, logger: Logger) {
  const counter = createCounter({ store, clock, logger })
  const summaries = createSummaries({ store, counter, clock })
  return { counter, summaries, totals: () => summaries.totals().catch(() => undefined) }
}

export type Parts = Awaited<ReturnType<typeof composeParts>>

export async function composeParts(config: Config, given: Logger, thread?: Thread) {
  const { causes, open: openWebhooks } = composeWebhooks(config)
  const opened = await openDatabases(config, given, thread, causes)
  const { limiter } = opened
  const clock = createClock({
    floorMs: await opened.store.newestTime(), // mutant: I12.newest-time-seed
    // A slow answer of the database puts a node ahead of it; its clock is slowed until they agree, never set back.
    ...(opened.store.wallMs && { wallMs: opened.store.wallMs, aheadRate: STEERED_RATE }),
  })
  const keyring = createKeyring(config.secretKeys)
  const { store, metrics, logger, traces } = await composeTraces(config, {
    ...{ store: opened.store, metrics: createMetrics(), logger: given, keyring },
  })
  const refusals = createRefusalLog({
    append: (events) => store.events.append(events),
    clock,
    logger,
  }) satisfies RefusalLog
  const counting = composeCounting(store, clock, logger)
  const suppress = createSuppress({
    suppressions: store.suppressions,
    keyring,
    clock,
    onSuppressed: metrics.countSuppressed,
  })
  const shield = composeShield(config, { store, keyring, clock, logger, metrics })
  const parts = {
    store,
    limiter,
    clock,
    keyring,
    refusals,
    ...composeCleaning(config, store, clock, logger),
    metrics,
    ...counting,
    suppress,
    ...shield,
    ...composeHashing(config, keyring, clock, logger),
    ...composeDelivery(config, {
      ...{ store, limiter, keyring, clock, logger, metrics, suppress, traces },
      ...shield,
    }),
    audit: composeAudit(config, { store, keyring, clock, logger, metrics }),
    webhooks: openWebhooks({ store, keyring, clock, logger, metrics, traces }),
    traces,
    logger,
  }
  const { hasher, mint, worker } = parts
  const wake = (channel: Channel) => {
    worker.wake(channel)
    store.due?.announce()
  }
  const levels = async (): Promise<Levels> => ({
    hashing: hasher.stats(),
    mint: mint.level(),
    sending: worker.status().inFlight,
    rests: parts.rests.list(clock.now()),
    lanes: await parts.waits.list().catch(() => []),
    weights: parts.weights.latest(),
    webhooks: await parts.webhooks.troubles().catch(() => []),
    auditStream: parts.audit.status(),
    outbox: await store.outbox.depths(clock.now()).catch(() => undefined),
  })
  metrics.readLevelsBy(levels, counting.totals)
  const receipts = parts.reports.open({ ...parts, wake })
  const callDesk = parts.calls.openDesk({ ...parts.reports, clock, logger, metrics })
  return { ...parts, ...receipts, callDesk, wake, levels }
}
