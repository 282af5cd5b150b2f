// Webhooks: what goes out with a change is decided before the stores are open, the sender runs once they are.
// A service without webhooks loads nothing of it at a flow.

import type { Config } from '../config/config.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Store } from '../storage/store.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { readRanges } from '../webhooks/address.ts'
import { createCauses } from '../webhooks/causes.ts'
import { createDestinations, type Destination, type Destinations } from '../webhooks/destination.ts'
import { createHeads } from '../webhooks/heads.ts'
import type { WebhookCauses } from '../webhooks/ports.ts'
import { type Answer, createPoster } from '../webhooks/post.ts'
import { createSender, type Sender } from '../webhooks/sender.ts'
import { createSwitches, type Switches } from '../webhooks/switches.ts'
import type { Traces } from './compose-traces.ts'

type Needs = {
  store: Pick<Store, 'webhooks' | 'audit'>
  keyring: Keyring
  clock: Clock
  logger: Logger
  metrics: Pick<Metrics, 'countWebhook'>
  traces: Traces | null
}

export type Webhooks = {
  start(): void
  drain(withinMs: number): Promise<void>
  destinations: Destinations
  wake(destination: string): void
  troubles: Switches['troubles']
}

export function composeWebhooks(config: Pick<Config, 'services' | 'webhookRanges'>): {
  causes: WebhookCauses
  open(deps: Needs): Webhooks
} {
  const destinations = createDestinations(config.services.values())
  let sender: Sender | undefined
  const wake = (destination: string) => sender?.wake(destination)
  return {
    causes: createCauses(destinations, wake),
    open({ store, metrics, traces, ...deps }) {
      const poster = createPoster({ allowed: readRanges(config.webhookRanges) })
      const switches = createSwitches({ ...deps, store: store.webhooks, destinations })
      const onAnswer = (destination: Destination, { kind }: Answer) => {
        metrics.countWebhook(destination.service, destination.id, kind)
        return switches.record(destination, kind === 'taken')
      }
      const post = traces?.aroundPost(poster.post) ?? poster.post
      const sending = { ...deps, destinations, switches, post, onAnswer }
      const heads = createHeads({ ...sending, chain: store.audit })
      const aroundTry = traces?.aroundWebhook
      const opened = createSender({ ...sending, outbox: store.webhooks, aroundTry })
      sender = opened
      return {
        start() {
          opened.start()
          heads.start()
        },
        async drain(withinMs) {
          await Promise.all([opened.drain(withinMs), heads.stop(withinMs)])
          await poster.close()
        },
        destinations,
        wake,
        troubles: switches.troubles,
      }
    },
  }
}
