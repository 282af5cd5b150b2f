// The composition root: the only file that knows every part. Config in, a service that listens and drains out.
// It must not decide anything: each part does, from what it is given here.

import { createAuthenticator } from '../access/authenticator.ts'
import type { Config } from '../config/config.ts'
import { createComposer } from '../delivery/message.ts'
import { createPlan } from '../delivery/plan.ts'
import { createProviders, type Providers } from '../delivery/registry.ts'
import { createRouter } from '../delivery/router.ts'
import { pickLocale } from '../delivery/templates/languages.ts'
import { createWorker, type Worker } from '../delivery/worker.ts'
import { createRefusalLog } from '../events/refusal-log.ts'
import { createFactorComparers } from '../factors/comparers.ts'
import { purgeUnverified } from '../factors/look-up.ts'
import { createOtp } from '../factors/otp.ts'
import { drawQr } from '../factors/qr.ts'
import { createFactorService } from '../factors/service.ts'
import { createHasher } from '../hashing/hasher.ts'
import { createMint } from '../hashing/mint.ts'
import { startSelfTest } from '../hashing/self-test.ts'
import { createApp } from '../http/app.ts'
import { startMetricsServer } from '../http/metrics-server.ts'
import { type RunningServer, startServer } from '../http/server.ts'
import { type Clock, createClock, STEERED_RATE } from '../kernel/clock.ts'
import { createReference } from '../kernel/ids.ts'
import { createKeyedLock } from '../kernel/keyed-lock.ts'
import { createKeyring, type Keyring } from '../kernel/keyring.ts'
import type { Logger } from '../kernel/logger.ts'
import { addressKey } from '../limits/client-address.ts'
import { openLimiter } from '../limits/open.ts'
import { createPurger } from '../retention/purger.ts'
import { openStore } from '../storage/open.ts'
import type { Store } from '../storage/store.ts'
import { createMetrics, type Levels, type Metrics } from '../telemetry/metrics.ts'
import { observeHasher, observeService } from '../telemetry/observed.ts'
import { createProviderWatch, type ProviderWatch } from '../telemetry/provider-watch.ts'
import { generateCode } from '../verification/code.ts'
import { createMessageComparers } from '../verification/comparison.ts'
import { liftableKeys } from '../verification/lift-limits.ts'
import { limitStates } from '../verification/limit-states.ts'
import type { RefusalLog } from '../verification/ports.ts'
import { createVerificationService } from '../verification/service.ts'
import { createSweeper } from '../verification/sweeper.ts'
import { composeConsole } from './compose-console.ts'
import {
  composeAddresses,
  composeSearch,
  fixedKeys,
  readiness,
  warnOfMissingKeys,
  warnOfRootKeys,
} from './compose-requests.ts'

/** What a start gets: a service that can listen, and drain. */
export type Running = {
  /** @throws where the address is taken or may not be used */
  listen(): Promise<{ url: string }>
  /** Takes no new requests, finishes the running ones and the sends, closes the stores. */
  drain(graceMs: number): Promise<void>
}

/** After a start: by then the first probes have their answers. */
const PREPARE_AFTER_MS = 200
/** Of the grace: what is left for writing results and closing files after requests and sends. */
const CLOSE_SHARE_MS = 1_000
/** Of the grace: beyond its deadline a send that is under way is written down; slow requests don't eat it. */
const SETTLE_SHARE_MS = 1_000

function composeDelivery(
  config: Config,
  deps: { store: Store; keyring: Keyring; clock: Clock; logger: Logger; metrics: Metrics },
): { providers: Providers; worker: Worker; watch: ProviderWatch } {
  const { store, keyring, clock, logger, metrics } = deps
  const inbox = config.mode === 'development'
  const providers = createProviders(config.providers, { clock, inbox })
  const watch = createProviderWatch({ clock, providers: providers.providers })
  const worker = createWorker({
    outbox: store.outbox,
    providers: providers.providers,
    onOutcome(outcome) {
      metrics.observeSend(outcome)
      watch.record(outcome)
    },
    plan: createPlan({
      keyring,
      router: createRouter(providers.providers, config.routes),
      knowsService: (name) => config.services.has(name),
    }),
    compose: createComposer({ settingsOf: (name) => config.services.get(name) }),
    ...{ clock, logger, keyring },
    deadlineMs: config.deliveryDeadlineMs,
  })
  return { providers, worker, watch }
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

type Parts = Awaited<ReturnType<typeof composeParts>>

async function composeParts(config: Config, logger: Logger) {
  const store = await openStore(config.store, { logger })
  const limiter = await openLimiter(config.limits, logger)
  const clock = createClock({
    floorMs: await store.newestTime(), // mutant: I12.newest-time-seed
    // One slow answer of the database puts a node ahead of it; it comes back, and never goes backwards.
    ...(store.wallMs && { wallMs: store.wallMs, aheadRate: STEERED_RATE }),
  })
  const keyring = createKeyring(config.secretKeys)
  const refusals = createRefusalLog({
    append: (events) => store.events.append(events),
    clock,
    logger,
  }) satisfies RefusalLog
  const sweeper = createSweeper({
    ...{ store: store.verifications, clock, logger },
    alsoPurge: (limit) => purgeUnverified({ factors: store.factors, clock }, limit),
  })
  const purger = createPurger({ store: store.retention, days: config.retentionDays, clock, logger })
  const metrics = createMetrics()
  const parts = {
    ...{ store, limiter, clock, keyring, refusals, sweeper, purger, metrics },
    ...composeHashing(config, keyring, clock, logger),
    ...composeDelivery(config, { store, keyring, clock, logger, metrics }),
  }
  const { hasher, mint, worker } = parts
  const levels = async (): Promise<Levels> => ({
    hashing: hasher.stats(),
    mint: mint.level(),
    sending: worker.status().inFlight,
    outbox: await store.outbox.depths(clock.now()).catch(() => undefined),
  })
  metrics.readLevelsBy(levels)
  return { ...parts, levels }
}

function composeApp(config: Config, logger: Logger, parts: Parts, closing: AbortSignal) {
  const { store, keyring, clock, refusals, providers, worker, selfTest, metrics } = parts
  const compared = {
    ...{ clock, keyring, factors: store.factors, otp: createOtp() },
    hasher: observeHasher(parts.hasher, metrics),
    wall: { now: store.wallMs ?? Date.now },
  }
  const domain = {
    ...parts,
    ...compared,
    store: store.verifications,
    compare: { ...createMessageComparers(compared), ...createFactorComparers(compared) },
    drawQr,
    wake() {
      worker.wake()
      store.due?.announce()
    },
    lock: createKeyedLock(),
    generateCode,
    createReference,
    pickLocale,
    addressKey,
  }
  const authenticator = createAuthenticator({
    store: store.apiKeys,
    fixedKeys: fixedKeys(config),
    services: config.services,
  })
  const ready = () => readiness(store, worker, selfTest)
  const service = observeService(createVerificationService(domain), metrics)
  return createApp({
    service,
    factors: createFactorService(domain),
    services: config.services,
    authenticator,
    console: composeConsole(config, {
      ...parts,
      ...{ logger, authenticator, service, readiness: ready, providerStates: parts.watch.states },
      limits: (policy, holder) => limitStates(domain, parts.limiter, policy, holder),
      liftable: (policy, holder, name) => liftableKeys(domain, policy, holder, name),
    }),
    events: store.events,
    eventIndexes: composeSearch(config, keyring).eventIndexes,
    ...composeAddresses(config, logger),
    refusals,
    inbox: providers.inbox,
    readiness: ready,
    metrics,
    logger,
    clock,
    closing,
  })
}

export async function compose(config: Config, logger: Logger): Promise<Running> {
  const parts = await composeParts(config, logger)
  await warnOfMissingKeys(config, parts.store.apiKeys, logger)
  const { rootKeys } = parts.store
  await warnOfRootKeys({ rootKeys, keyring: parts.keyring, now: parts.clock.now() }, logger)
  const { clock, worker, sweeper, purger, mint } = parts
  const closing = new AbortController()
  const app = composeApp(config, logger, parts, closing.signal)
  let server: RunningServer | undefined
  let preparing: NodeJS.Timeout | undefined
  // The first message tries again, and says so where it fails.
  const notLoaded = (error: unknown) =>
    logger.error({ err: error }, 'what the providers need could not be loaded')
  let metricsServer: { close(): Promise<void> } | undefined
  return {
    async listen() {
      const { listen, metrics } = config
      const host = listen.kind === 'unix' ? `unix:${listen.path}` : listen.host
      const port = listen.kind === 'unix' ? 0 : listen.port
      server = await startServer({ app, host, port, clock, logger })
      if (metrics)
        metricsServer = await startMetricsServer(parts.metrics, metrics.host, metrics.port)
      parts.store.due?.onAnnounced(() => worker.wake())
      worker.start()
      sweeper.start()
      purger.start()
      mint.start()
      preparing = setTimeout(() => parts.providers.prepare().catch(notLoaded), PREPARE_AFTER_MS)
      return { url: server.url }
    },
    async drain(graceMs) {
      const end = performance.now() + graceMs - CLOSE_SHARE_MS
      const left = () => Math.max(0, end - performance.now())
      const sendsShareMs = config.deliveryDeadlineMs + SETTLE_SHARE_MS
      closing.abort()
      clearTimeout(preparing)
      mint.stop()
      await server?.close(Math.max(left() - sendsShareMs, left() / 2))
      await worker.drain(left())
      await Promise.all([sweeper.stop(), purger.stop(), parts.refusals.stop()])
      await Promise.all([parts.providers.close(), parts.limiter.close()])
      await metricsServer?.close()
      await parts.store.close()
    },
  }
}
