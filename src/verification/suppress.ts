// Fills the list of suppressed recipients with what providers and people report, takes a person's STOP off it, and moves it to
// another root key.
// It must not trust a report about anybody but the recipient that it came for.

import type { Channel, SuppressionReason } from '../kernel/channel.ts'
import type { Clock } from '../kernel/clock.ts'
import { createId } from '../kernel/ids.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { recipientContext } from '../kernel/sealing.ts'
import { adviseOnPeople, rewrapPeople } from './people-under-keys.ts'
import { addressIndexes, budgetIndexes, recipientOf } from './recipient.ts'
import type { Resealed, Suppression, Suppressions } from './suppression.ts'

/** Under the current root key. */
function sealUnder(
  keyring: Keyring,
  { id, service, to }: { id: string; service: string; to: string },
): Resealed {
  const recipient = recipientOf(to, null)
  return {
    addressIndex: addressIndexes(keyring, service, recipient)[0] as Buffer,
    budgetIndex: budgetIndexes(keyring, service, recipient)[0] as Buffer,
    recipientSealed: keyring.seal(to, recipientContext(id)),
    keyId: keyring.currentKeyId,
  }
}

export type Suppress = ReturnType<typeof createSuppress>

/** @throws StoreUnavailableError everywhere */
export function createSuppress(deps: {
  suppressions: Pick<Suppressions, 'add' | 'find' | 'lift'>
  keyring: Keyring
  clock: Clock
  /** For metrics. It must not throw. */
  onSuppressed?: (row: Suppression) => void
}) {
  const { suppressions, keyring, clock } = deps
  /** Of the service itself: no person asked for it. */
  const actorOf = (service: string) => ({ service, keyId: null, clientIp: null, userAgent: null })
  return {
    /** @param report.to E.164 or an address, as it was written to. @returns undefined where nothing changes */
    async add(report: {
      service: string
      channel: Channel
      to: string
      reason: SuppressionReason
      provider: string | null
      code: string | null
    }): Promise<Suppression | undefined> {
      const { service, channel, to, reason, provider, code } = report
      const now = clock.now()
      const id = createId('sup', now)
      const added = await suppressions.add({
        key: { channel, addressIndexes: addressIndexes(keyring, service, recipientOf(to, null)) },
        row: {
          ...{ id, service, channel, reason, provider, code },
          ...sealUnder(keyring, { id, service, to }),
        },
        now,
        actor: actorOf(service),
      })
      if (added) deps.onSuppressed?.(added)
      return added
    },

    /** The person's START: it takes back their STOP, and nothing else. */
    async start(report: {
      service: string
      channel: Channel
      to: string
      provider: string
    }): Promise<Suppression | undefined> {
      const { service, channel, to, provider } = report
      const indexes = addressIndexes(keyring, service, recipientOf(to, null))
      const found = await suppressions.find({ channel, addressIndexes: indexes })
      if (found?.reason !== 'stop') return undefined
      const about = { now: clock.now(), actor: actorOf(service), details: { provider } }
      return suppressions.lift({ id: found.id, service, ...about })
    },
  }
}

/** To the current root key. @throws the reason of `stop` */
export const rewrapSuppressions = (deps: {
  suppressions: Pick<Suppressions, 'notUnder' | 'rewrap'>
  keyring: Keyring
  stop: AbortSignal
}) =>
  rewrapPeople({
    ...deps,
    rows: deps.suppressions,
    seal: ({ id, service }, to) => sealUnder(deps.keyring, { id, service, to }),
  })

export const adviseOnSuppressions = (deps: {
  suppressions: Pick<Suppressions, 'keyIds'>
  keyring: Pick<Keyring, 'currentKeyId' | 'keyIds'>
}) =>
  adviseOnPeople(deps.keyring, deps.suppressions, {
    rows: 'suppressed recipients',
    lost: 'they get messages again',
  })
