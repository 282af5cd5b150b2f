// Webhooks: what goes out with a change is decided before the stores are open, the sender runs once they are.
// A service without webhooks loads nothing of it at a flow.

import type { Config } from '../config/config.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { Logger } from '../kernel/logger.ts'
import { readRanges } from '../webhooks/address.ts'
import { createCauses } from '../webhooks/causes.ts'
import { createDestinations } from '../webhooks/destination.ts'
import type { WebhookCauses, WebhookOutbox } from '../webhooks/ports.ts'
import { createPoster } from '../webhooks/post.ts'
import { createSender, type Sender } from '../webhooks/sender.ts'

type Beside = { outbox: WebhookOutbox; keyring: Keyring; clock: Clock; logger: Logger }
export type Webhooks = { start(): void; drain(withinMs: number): Promise<void> }

export function composeWebhooks(config: Pick<Config, 'services' | 'webhookRanges'>): {
  causes: WebhookCauses
  open(deps: Beside): Webhooks
} {
  const destinations = createDestinations(config.services.values())
  let sender: Sender | undefined
  return {
    causes: createCauses(destinations, (destination) => sender?.wake(destination)),
    open(deps) {
      const poster = createPoster({ allowed: readRanges(config.webhookRanges) })
      const opened = createSender({ ...deps, destinations, post: poster.post })
      sender = opened
      return {
        start: opened.start,
        async drain(withinMs) {
          await opened.drain(withinMs)
          await poster.close()
        },
      }
    },
  }
}
