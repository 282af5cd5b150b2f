// The composition root, which knows every part: Config in, a service that listens and drains out.
// It must not decide anything: each part does.

import { createAuthenticator } from '../access/authenticator.ts'
import { explainToPerson } from '../admin/advice/for-person.ts'
import type { Config } from '../config/config.ts'
import type { ConsoleDeps } from '../console/page-route.ts'
import { pickLocale } from '../delivery/templates/languages.ts'
import { createFollower } from '../events/follower.ts'
import { createFactorComparers } from '../factors/comparers.ts'
import { createOtp } from '../factors/otp.ts'
import { drawQr } from '../factors/qr.ts'
import { createFactorService } from '../factors/service.ts'
import { createApprovals } from '../front/approvals.ts'
import { createFrontDesk } from '../front/desk.ts'
import { createApp } from '../http/app.ts'
import type { AppDeps } from '../http/deps.ts'
import type { LateRoutes } from '../http/late.ts'
import { startMetricsServer } from '../http/metrics-server.ts'
import { type RunningServer, startServer } from '../http/server.ts'
import { createNodePlaces } from '../http/stream-places.ts'
import { createReference } from '../kernel/ids.ts'
import { createKeyedLock } from '../kernel/keyed-lock.ts'
import type { Logger } from '../kernel/logger.ts'
import { addressKey } from '../limits/client-address.ts'
import { createChallenges } from '../shield/challenge.ts'
import { observeHasher, observeOperations } from '../telemetry/observed.ts'
import { createMessageComparers, generateCode } from '../verification/comparison.ts'
import { liftableKeys, limitStates } from '../verification/limit-states.ts'
import { createVerificationService } from '../verification/service.ts'
import { composeAdmin, composeConsole } from './compose-admin.ts'
import { lateFront, lateLinks } from './compose-front.ts'
import { composeParts, type Parts } from './compose-parts.ts'
import { withViewers } from './compose-receipts.ts'
import { lateRelay } from './compose-relay.ts'
import {
  composeAddresses,
  composeSearch,
  fixedKeys,
  readiness,
  warnOfKeys,
} from './compose-requests.ts'
import { lateCamara, lateDelegate, lateTwilio } from './compose-wires.ts'
import type { Thread } from './thread.ts'

/** A service that can listen and drain. */
export type Running = {
  /** @throws where the address is in use or not permitted */
  listen(): Promise<{ url: string }>
  /** Accepts no new requests, finishes the running ones and the sends, and closes the stores. */
  drain(graceMs: number): Promise<void>
}

/** After a start: by then the first probes have been answered. */
const PREPARE_AFTER_MS = 200
/** The share of the grace for writing results and closing files after requests and sends. */
const CLOSE_SHARE_MS = 1_000
/** The share of the grace in which a running send is recorded after its deadline; slow requests cannot use it up. */
const SETTLE_SHARE_MS = 1_000
/** Of the grace at the most: a collector that hangs holds no shutdown up. */
const SPANS_SHARE_MS = 3_000

/** What requests are decided with. */
function composeDomain(config: Config, parts: Parts) {
  const { store, keyring, clock } = parts
  const compared = {
    clock,
    keyring,
    factors: store.factors,
    otp: createOtp(),
    hasher: observeHasher(parts.hasher, parts.metrics),
    wall: { now: store.wallMs ?? Date.now },
  }
  return {
    ...parts,
    ...compared,
    store: store.verifications,
    front: store.front,
    compare: { ...createMessageComparers(compared), ...createFactorComparers(compared) },
    delegate: lateDelegate(config, parts.providers.http, { clock, logger: parts.logger }),
    drawQr,
    challenges: createChallenges({ keyring, clock, tries: config.challengeTries }),
    lock: createKeyedLock(),
    hasPages: config.publicUrl !== null,
    generateCode,
    createReference,
    pickLocale,
    pickProvider: parts.chooser.first,
    addressKey,
  }
}

/** Of a login flow: what they come to is counted. */
const OPERATIONS = ['start', 'resend', 'check', 'cancel', 'report', 'advance'] as const

/** Counted, and part of their requests' spans where traces are on. */
function observe<Part extends object>(
  { metrics, traces }: Parts,
  part: Part,
  methods: readonly (keyof Part & string)[],
): Part {
  const observed = observeOperations(part, methods, metrics)
  return traces?.operations(observed, methods) ?? observed
}

function composeApp(config: Config, logger: Logger, parts: Parts, closing: AbortSignal) {
  const { store, keyring, clock, refusals, providers, worker, selfTest, metrics } = parts
  const domain = composeDomain(config, parts)
  const authenticator = createAuthenticator({
    store: store.apiKeys,
    clock,
    fixedKeys: fixedKeys(config),
    services: config.services,
  })
  const ready = () => readiness(store, worker, selfTest, config.role)
  const operations = createVerificationService(domain)
  const observed = observe(parts, operations, OPERATIONS)
  const service = withViewers(observed, parts.view)
  const approvals = createApprovals({ ...domain, issuer: config.publicUrl })
  const deps: AppDeps = {
    service,
    factors: createFactorService(domain),
    approvals: observe(parts, approvals, ['exchange', 'consume']),
    desk: createFrontDesk({
      ...{ keyring, store: store.front, service, services: config.services, clock },
      ...{ publicUrl: config.publicUrl, explain: explainToPerson, onLook: parts.view },
    }),
    services: config.services,
    authenticator,
    admin: composeAdmin(config, {
      ...parts,
      logger,
      authenticator,
      service,
      readiness: ready,
      providerStates: parts.watch.states,
      limits: (policy, party) => limitStates(domain, parts.limiter, policy, party),
      liftable: (policy, party, name) => liftableKeys(domain, policy, party, name),
    }),
    events: store.events,
    eventIndexes: composeSearch(config, keyring).eventIndexes,
    ...composeAddresses(config, logger),
    refusals,
    inbox: providers.inbox,
    receipts: parts.desk,
    calls: parts.callDesk,
    readiness: ready,
    metrics,
    logger,
    clock,
    tracing: parts.traces?.tracing ?? null,
    closing,
    follower: createFollower({ store: store.events, logger }),
    ...createNodePlaces(),
  }
  if (config.role === 'worker') return createApp(deps, 'probes')
  const pages = { ...deps, ...composeConsole(config, { ...parts, logger, authenticator }) }
  return createApp(deps, 'everything', [
    lateConsole(pages),
    lateFront(deps, config),
    lateLinks(deps, config),
    lateRelay(deps),
    ...lateTwilio(config, deps, { wires: store.wires, keyring, http: providers.http }),
    ...lateCamara(deps, { wires: store.wires, keyring }),
  ])
}

/** A fifth of the source, for a service whose console nobody may open. */
function lateConsole(deps: ConsoleDeps): LateRoutes {
  return {
    under: '/admin/*',
    covers: (path) => path !== '/admin/api' && !path.startsWith('/admin/api/'),
    async add(app) {
      const { addConsole } = await import('../console/console.ts')
      addConsole(app, deps)
    },
  }
}

/** @param thread of the store, where it was started before */
export async function compose(config: Config, logger: Logger, thread?: Thread): Promise<Running> {
  const parts = await composeParts(config, logger, thread)
  await warnOfKeys(config, parts, logger)
  const { clock, worker, sweeper, purger, mint, counter } = parts
  const { role } = config
  const closing = new AbortController()
  const app = composeApp(config, parts.logger, parts, closing.signal)
  let server: RunningServer | undefined
  let preparing: NodeJS.Timeout | undefined
  // The first message loads them again, and reports a failure.
  const notLoaded = (error: unknown) =>
    logger.error({ err: error }, 'the libraries of the providers could not be loaded')
  let metricsServer: { close(): Promise<void> } | undefined
  return {
    async listen() {
      const { listen, metrics } = config
      const host = listen.kind === 'unix' ? `unix:${listen.path}` : listen.host
      const port = listen.kind === 'unix' ? 0 : listen.port
      // Before the first request: nobody who is blocked gets a message because a node is young.
      await parts.book.start()
      server = await startServer({ app, host, port, clock, logger })
      if (metrics)
        metricsServer = await startMetricsServer(parts.metrics, metrics.host, metrics.port)
      if (role !== 'api') {
        parts.store.due?.onAnnounced(() => worker.wake())
        worker.start()
        parts.webhooks.start()
        parts.poller.start()
        parts.audit.start()
        parts.rules.start()
        sweeper.start()
        purger.start()
        counter.start()
        preparing = setTimeout(() => parts.providers.prepare().catch(notLoaded), PREPARE_AFTER_MS)
      }
      if (role !== 'worker') mint.start()
      return { url: server.url }
    },
    async drain(graceMs) {
      const end = performance.now() + graceMs - CLOSE_SHARE_MS
      const left = () => Math.max(0, end - performance.now())
      const sendsShareMs = config.deliveryDeadlineMs + SETTLE_SHARE_MS
      closing.abort()
      clearTimeout(preparing)
      mint.stop()
      parts.book.stop()
      await server?.close(Math.max(left() - sendsShareMs, left() / 2))
      await worker.drain(left())
      await Promise.all([
        parts.webhooks.drain(left()),
        parts.poller.drain(left()),
        parts.audit.stop(left()),
        parts.rules.stop(left()),
      ])
      await Promise.all([sweeper.stop(), purger.stop(), parts.refusals.stop(), counter.stop()])
      await Promise.all([parts.providers.close(), parts.limiter.close()])
      await parts.traces?.drain(Math.min(left(), SPANS_SHARE_MS))
      await metricsServer?.close()
      await parts.store.close()
    },
  }
}
