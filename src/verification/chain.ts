// The channel of a start's first message, and the steps that follow automatically: what was asked for, or the service's chain.
// It must not reach a store or a clock.

import type { Channel } from '../kernel/channel.ts'
import { DEFAULT_STEP_TIMEOUT_SECONDS, type WaitingStep } from '../kernel/steps.ts'
import { chooseChannel, refuseRecipient } from './admission.ts'
import type { Refusal, SendCommand } from './api.ts'
import { carries, codeToCarry, refuseUncarried } from './carried.ts'
import type { Domain } from './domain.ts'
import { refuseLink } from './link.ts'
import type { ChainStep, ServicePolicy } from './policy.ts'
import { channelFits, type Recipient } from './recipient.ts'
import { refuseFields } from './refuse.ts'

export type Chain = { channel: Channel; rest: readonly ChainStep[]; first: ChainStep | null }

/** The service's own is for the kind of recipient that its channels reach. */
function chainOf(
  service: ServicePolicy,
  recipient: Recipient,
  { channel, channels }: Pick<SendCommand, 'channel' | 'channels'>,
  code: string | null,
): readonly ChainStep[] {
  if (channels) return channels
  const isFor = service.chain.every((step) => channelFits(step.channel, recipient))
  if (channel !== null || !isFor) return []
  if (code === null) return service.chain
  // Nobody has named the others: they are left out.
  return service.chain.filter((step) => carries(step.channel, code)) // mutant: C66.uncarried-left-out
}

/** All at the same recipient: the first channel that cannot serve it refuses the chain, by name. */
function refuseSteps(
  service: ServicePolicy,
  recipient: Recipient,
  steps: readonly ChainStep[],
): Refusal | undefined {
  const names = steps.map(({ channel }) => channel)
  const twice = names.find((name, place) => names.indexOf(name) !== place)
  if (twice)
    return refuseFields([
      { field: 'channels', detail: `has ${twice} twice; a resend repeats a step` },
    ])
  for (const { channel } of steps) {
    const chosen = chooseChannel(service, recipient, channel, 'channels')
    if ('kind' in chosen) return chosen
  }
  return undefined
}

/** Why a step that is not the last cannot be waited for. */
function refuseBlind(
  domain: Pick<Domain, 'hasReceipts'>,
  service: ServicePolicy,
  recipient: Recipient,
  steps: readonly ChainStep[],
): Refusal | undefined {
  const country = recipient.kind === 'phone' ? recipient.country : null
  const about = { service: service.name, to: recipient.address, country }
  const hasReceipts = (channel: Channel) => domain.hasReceipts({ ...about, channel })
  const blind = steps.slice(0, -1).find((step) => !step.blind && !hasReceipts(step.channel))
  if (!blind) return undefined
  const { channel } = blind
  const detail = `nobody would report that a message by ${channel} arrived, so that the next step would always follow; make ${channel} the last one, or give it "blind": true`
  return { kind: 'refused', error: 'channel_without_receipts', detail }
}

/** @param isTest nothing is sent to it, whatever its country and type */
export function planChain(
  domain: Pick<Domain, 'hasReceipts' | 'hasPages'>,
  service: ServicePolicy,
  recipient: Recipient,
  command: Pick<SendCommand, 'channel' | 'channels' | 'front' | 'ownCode' | 'codeLength'>,
  isTest: boolean,
): Chain | Refusal {
  const code = codeToCarry(service, command, isTest)
  const steps = chainOf(service, recipient, command, code)
  const refused = refuseSteps(service, recipient, steps)
  if (refused) return refused
  const [first = null, ...rest] = steps
  const chosen = first ?? chooseChannel(service, recipient, command.channel)
  if ('kind' in chosen) return chosen
  const { channel } = chosen
  for (const each of [channel, ...rest.map((step) => step.channel)]) {
    const notAllowed = isTest ? undefined : refuseRecipient(service, recipient, each)
    if (notAllowed) return notAllowed
    const uncarried = code === null ? undefined : refuseUncarried(each, code, command)
    if (uncarried) return uncarried
  }
  const unfit =
    refuseBlind(domain, service, recipient, steps) ??
    refuseLink(domain, service, recipient, command)
  return unfit ?? { channel, rest, first }
}

/** The rows of the steps that wait; each waits for as long as the one before it may take. */
export function waitingSteps(
  { first, rest }: Chain,
  pickProvider: (channel: Channel) => string | null,
): WaitingStep[] {
  if (!first) return []
  const before = [first, ...rest]
  return rest.map(({ channel }, place) => {
    const { timeoutSeconds, channel: previous } = before[place] as ChainStep
    const seconds = timeoutSeconds ?? DEFAULT_STEP_TIMEOUT_SECONDS[previous]
    return { send: -1 - place, channel, provider: pickProvider(channel), timeoutMs: seconds * 1000 }
  })
}
