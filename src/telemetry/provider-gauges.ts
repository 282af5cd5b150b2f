// Levels of each provider: who is left alone, what there is to carry, and how long a message would wait for it.

import { Gauge, type Registry } from 'prom-client'
import { ADVICE_MEASURES, type Weights } from '../admin/ports.ts'
import type { LaneWait } from '../delivery/pace/ports.ts'
import type { Rest } from '../delivery/ports.ts'

type ProviderLevels = {
  rests: readonly Rest[]
  lanes: readonly LaneWait[]
  weights: Weights
}

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
  const shares = gauge(
    'share',
    'Of the people a provider sent to within a day, by country, where there were a hundred: late (no receipt after five minutes), failed, approved.',
    ['channel', 'provider', 'country', 'measure'],
  )
  const advice = gauge(
    'advised_weight',
    'The weight in percent that this provider should have beside the one in `from`, by what became of their messages. Nothing is moved for it.',
    ['channel', 'provider', 'country', 'from'],
  )
  return ({ rests, lanes, weights }) => {
    shares.reset()
    for (const one of weights.shares) {
      const { channel, provider, country } = one
      for (const measure of ADVICE_MEASURES) {
        const share = one[measure]
        if (share !== null) shares.set({ channel, provider, country, measure }, share)
      }
    }
    advice.reset()
    for (const { channel, country, from, to, weight } of weights.advice)
      advice.set({ channel, provider: to.provider, country, from: from.provider }, weight)
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
