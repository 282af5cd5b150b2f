// The development inbox: keeps messages in memory for the /dev/inbox page instead of sending them.
// It must not exist in production: it shows codes.

import type { Channel } from '../../kernel/channel.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Inbox, InboxMessage, Provider } from '../ports.ts'

/** A page's worth, and a bound for a load test against a development server. */
const KEPT_MESSAGES = 200

export function createInboxProvider(settings: {
  channels: readonly Channel[]
  clock: Clock
}): Provider & Inbox {
  const messages: InboxMessage[] = []
  const listeners = new Set<(message: InboxMessage) => void>()
  return {
    name: 'inbox',
    channels: settings.channels,
    usualMs: 0,
    send(message) {
      const kept: InboxMessage = {
        id: message.tryId,
        verification_id: message.verificationId,
        to: message.to,
        channel: message.channel,
        code: message.code,
        subject: message.subject,
        text: message.text,
        html: message.html,
        link: message.link,
        at: new Date(settings.clock.now()).toISOString(),
      }
      messages.unshift(kept)
      messages.length = Math.min(messages.length, KEPT_MESSAGES)
      for (const listener of listeners) listener(kept)
      return Promise.resolve({ kind: 'accepted', reference: message.tryId })
    },
    list: () => [...messages],
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
