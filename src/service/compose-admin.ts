// The admins' part, for the API and the console: the operations, the health of this node, sessions and their limit.

import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Authenticator } from '../access/authenticator.ts'
import { createIdentities } from '../access/identities.ts'
import { createOidcProvider } from '../access/oidc/provider.ts'
import { createAbuse, type PriceOfOne } from '../admin/abuse.ts'
import { createCosts } from '../admin/costs.ts'
import { createKeyAdmin } from '../admin/keys.ts'
import { createListAdmin } from '../admin/lists.ts'
import type { AdminDeps } from '../admin/operations.ts'
import { createOperations, type OperationsDeps } from '../admin/operations.ts'
import type { HealthReport, Weights } from '../admin/ports.ts'
import { createRecipients } from '../admin/recipients.ts'
import { createRefusals } from '../admin/refusals.ts'
import { createSettingsAdmin } from '../admin/settings.ts'
import { createWhatIf, createWhatIfBeside } from '../admin/shield.ts'
import { createShieldReport } from '../admin/shield-stops.ts'
import type { Summaries } from '../admin/summary.ts'
import { createSuppressionAdmin } from '../admin/suppressions.ts'
import { createWebhookOperations } from '../admin/webhooks.ts'
import type { Config } from '../config/config.ts'
import { showService } from '../config/shown-service.ts'
import { createFlows } from '../console/flows.ts'
import type { ConsoleDeps } from '../console/page-route.ts'
import { createSessions } from '../console/sessions.ts'
import { createWrongKeys } from '../console/wrong-keys.ts'
import type { Counter } from '../counts/counter.ts'
import type { ProviderState } from '../delivery/ports.ts'
import { createPrices } from '../delivery/prices.ts'
import { previewLink, previewTexts } from '../delivery/templates/preview.ts'
import { underMissingKeys } from '../factors/root-keys.ts'
import type { Readiness } from '../http/deps.ts'
import { isFactorChannel } from '../kernel/channel.ts'
import { type Clock, HOUR_MS } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { Logger } from '../kernel/logger.ts'
import { networkKey } from '../limits/client-address.ts'
import type { LimitStore } from '../limits/counting.ts'
import { PACKAGE_FILE } from '../paths.ts'
import { unreportedIn } from '../shield/facts.ts'
import type { Lists } from '../shield/lists.ts'
import type { Store } from '../storage/store.ts'
import type { Levels } from '../telemetry/metrics.ts'
import type { VerificationService } from '../verification/api.ts'
import { composeSearch } from './compose-requests.ts'
import type { Webhooks } from './compose-webhooks.ts'

/** Counted one by one; beyond this an operator needs no exact number. */
const MAX_FAILED = 200

const STORES = { sqlite: 'SQLite', postgres: 'PostgreSQL', redis: 'Redis' } as const

export type AdminParts = {
  store: Store
  limiter: LimitStore
  refusals: { flush(): Promise<void> }
  /** The API's own: for cancels and resends. */
  service: VerificationService
  limits: OperationsDeps['limits']
  view: OperationsDeps['view']
  liftable: OperationsDeps['liftable']
  keyring: Keyring
  clock: Clock
  logger: Logger
  authenticator: Authenticator
  readiness: () => Promise<Readiness>
  levels: () => Promise<Levels>
  weights: { current(): Promise<Weights> }
  providerStates: () => readonly ProviderState[]
  webhooks: Pick<Webhooks, 'destinations' | 'wake'>
  summaries: Summaries
  counter: Pick<Counter, 'catchUp'>
  lists: Lists
}

function describeNode(config: Config, startedAt: number): HealthReport['node'] {
  const { version } = JSON.parse(readFileSync(PACKAGE_FILE, 'utf8')) as { version: string }
  return {
    name: `${hostname()}, process ${process.pid}`,
    version,
    startedAt,
    mode: config.mode,
    store: STORES[config.store.kind],
    limits: STORES[config.limits.kind],
  }
}

async function countFailed(store: Store, service: string | null, now: number) {
  const page = await store.events.list({
    service,
    types: ['delivery.failed'],
    since: now - HOUR_MS,
    cursor: null,
    limit: MAX_FAILED,
  })
  return { count: page.items.length, isMore: page.nextCursor !== null }
}

function priceOfOne({ prices }: Config): PriceOfOne {
  const priceOf = createPrices(prices)
  if (!priceOf) return undefined
  return ({ channel, ...sent }) =>
    isFactorChannel(channel) ? null : priceOf({ ...sent, channel, parts: 1 }).price
}

const shieldReads = (
  { services }: Pick<Config, 'services'>,
  { store, keyring, clock }: Pick<AdminParts, 'store' | 'keyring' | 'clock'>,
) => ({
  shield: createShieldReport({ store: store.shield, services, clock }),
  whatIf: createWhatIfBeside(
    createWhatIf({
      ...{ log: store.shield, keyring, networkOf: networkKey },
      isUnreported: unreportedIn(services),
    }),
  ),
})

const textsOf =
  ({ publicUrl }: Config): AdminDeps['texts'] =>
  (service, channel, hasLink) =>
    previewTexts(service, channel, null, hasLink ? previewLink(service, publicUrl) : null)

export function composeAdmin(config: Config, parts: AdminParts): AdminDeps {
  const { store, limiter, keyring, clock } = parts
  const { verificationReads: verifications, events, retention } = store
  const node = describeNode(config, clock.now())
  const recipients = createRecipients({ keyring, ...composeSearch(config, keyring) })
  const { services } = config
  const keys = createKeyAdmin({ store: store.apiKeys, events: store.events, services, clock })
  const source = { process: config.inForce, ofService: (name: string) => showService(config, name) }
  return {
    verifications: store.verificationReads,
    recipients,
    refusals: createRefusals({ events: store.events, recipients }),
    suppressions: createSuppressionAdmin({ suppressions: store.suppressions, clock }),
    abuse: createAbuse({
      ...{ verifications, recipients, clock },
      ...{ summaries: parts.summaries, priceOfOne: priceOfOne(config) },
    }),
    lists: createListAdmin({ lists: parts.lists, services: config.services }),
    operations: createOperations({
      ...{ verifications, events, retention },
      factors: store.factors,
      suppressions: store.suppressions,
      lists: store.lists,
      refusals: parts.refusals,
      recipients,
      service: parts.service,
      view: parts.view,
      services,
      limits: parts.limits,
      liftable: parts.liftable,
      counters: limiter,
      clock,
    }),
    keys,
    costs: createCosts({ events: store.events }),
    ...shieldReads(config, parts),
    summaries: parts.summaries,
    webhooks: createWebhookOperations({
      ...parts.webhooks,
      store: store.webhooks,
      chain: store.audit,
      events: store.events,
      clock,
    }),
    async health(service) {
      const at = clock.now()
      const rootKeys = { rootKeys: store.rootKeys, keyring, now: at }
      const [{ checks }, levels, weights, counted, failed, missing] = await Promise.all([
        parts.readiness(),
        parts.levels(),
        parts.weights.current(),
        parts.counter.catchUp(),
        countFailed(store, service, at).catch(() => undefined),
        underMissingKeys(rootKeys).catch(() => undefined),
      ])
      const hashing = { ...levels.hashing, concurrency: config.hashing.concurrency }
      const underMissing = missing?.filter((row) => service === null || row.service === service)
      const providers = parts.providerStates()
      const webhooks = levels.webhooks.filter((one) => (service ?? one.service) === one.service)
      const shown = { ...levels, weights, hashing, failed, underMissing, providers, webhooks }
      return { ...shown, counted, node, at, checks }
    },
    texts: textsOf(config),
    settings: createSettingsAdmin({
      ...{ source, services, keys, summaries: parts.summaries, clock },
    }),
  }
}

/** The parts that the console has in addition to the API. */
export function composeConsole(
  { oidc }: Pick<Config, 'oidc'>,
  parts: Pick<AdminParts, 'store' | 'limiter' | 'keyring' | 'clock' | 'logger' | 'authenticator'>,
): Pick<ConsoleDeps, 'sessions' | 'wrongKeys' | 'oidc'> {
  const { store, limiter, keyring, clock, logger, authenticator } = parts
  const identities = oidc && createIdentities(oidc)
  const provider = oidc && createOidcProvider(oidc, clock)
  return {
    oidc: oidc && provider && { config: oidc, provider, flows: createFlows({ keyring, clock }) },
    sessions: createSessions({
      ...{ authenticator, identities, store: store.adminSessions, keyring, clock },
    }),
    wrongKeys: createWrongKeys({
      limiter,
      clock,
      logger,
      nameCounter: (of) => keyring.oldestMac('blind-index', of).toString('base64url'),
    }),
  }
}
