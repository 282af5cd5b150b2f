// Levels of each provider: who is left alone, what there is to carry, and how long a message would wait for it.

import { Gauge, type Registry } from 'prom-client'
import type { LaneWait } from '../delivery/pace-ports.ts'
import type { Rest } from '../delivery/ports.ts'

type ProviderLevels = { rests: readonly Rest[]; lanes: readonly LaneWait[] }

export function createProviderGauges(registry: Registry): (levels: ProviderLevels) => void {
  const gauge = (name: string, help: string, labelNames = ['channel', 'provider']) =>
    new Gauge({ name: `countersign_provider_${name}`, help, labelNames, registers: [registry] })
  const resting = gauge(
    'rests',
    '1 for each provider that this node leaves alone, by why: failing, account, destination (of a country) or throttled.',
    ['channel', 'provider', 'country', 'reason'],
  )
  const rate = gauge('rate', 'Messages a second that a provider’s rate allows, where it has one.')
  const due = gauge('due', 'Messages that are due and that this provider is to carry next.')
  const wait = gauge(
    'wait_seconds',
    'About how long a message that is queued now waits for this provider: what is due by its rate, or how long the oldest has waited.',
  )
  return ({ rests, lanes }) => {
    resting.reset()
    for (const { channel, provider, country, reason } of rests)
      resting.set({ channel, provider, country: country ?? '', reason }, 1)
    for (const { channel, provider, rate: own, due: count, waitMs } of lanes) {
      if (own) rate.set({ channel, provider }, (own.messages / own.perMs) * 1_000)
      due.set({ channel, provider }, count)
      wait.set({ channel, provider }, waitMs / 1_000)
    }
  }
}
