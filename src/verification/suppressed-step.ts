// Whether the recipient of a step gets no messages of its channel: a chain was admitted at its start by its first one alone.
// It must not keep a recipient in plaintext.

import type { Channel } from '../kernel/channel.ts'
import type { Domain } from './domain.ts'
import { addressIndexes, recipientOf } from './recipient.ts'

/** @throws StoreUnavailableError */
export function createIsSuppressed({
  store,
  keyring,
  clock,
}: Pick<Domain, 'keyring' | 'clock'> & { store: Pick<Domain['store'], 'findSuppressed'> }) {
  return async (message: {
    service: string
    channel: Channel
    country: string | null
    prepared: { to: string }
  }): Promise<boolean> => {
    const recipient = recipientOf(message.prepared.to, message.country)
    const indexes = addressIndexes(keyring, message.service, recipient)
    const key = { channel: message.channel, addressIndexes: indexes }
    return (await store.findSuppressed(key, clock.now())) !== undefined
  }
}
