// What became of a message, in a sentence for the person who waits for it.
// It must not name a provider, an account or a setting: those are for admins (admin/advice/).

import type { Channel } from '../kernel/channel.ts'

export const MESSAGE_STATES = ['trying', 'sent', 'delivered', 'failed'] as const
export type MessageState = (typeof MESSAGE_STATES)[number]

/** Why a message does not arrive, where the person can do something about it. */
export const MESSAGE_REASONS = [
  'landline',
  'no_texts',
  'unknown',
  'opted_out',
  'unreachable',
  'filtered',
  'full',
] as const
export type MessageReason = (typeof MESSAGE_REASONS)[number]

const NOUNS: Readonly<Record<Channel, string>> = {
  sms: 'The text message',
  email: 'The e-mail',
  whatsapp: 'The WhatsApp message',
  telegram: 'The Telegram message',
  voice: 'The call',
}

const REASONS: Readonly<Record<MessageReason, { phone: string; email: string }>> = {
  landline: {
    phone: 'This number is a landline: most landlines cannot receive texts.',
    email: '',
  },
  no_texts: {
    phone: 'This number cannot receive texts. Use a mobile number.',
    email: '',
  },
  unknown: {
    phone: 'There is no such number. Check it for typos.',
    email: 'There is no such mailbox. Check the address for typos.',
  },
  opted_out: {
    phone:
      'This number has opted out of messages. Answer START to the last one, or use another number.',
    email: 'This address has opted out of messages. Use another address.',
  },
  unreachable: {
    phone: 'The phone could not be reached: it is switched off, without a signal, or abroad.',
    email: 'The mail server could not be reached.',
  },
  filtered: {
    phone: 'The carrier rejected the message as unwanted. Use another number.',
    email: 'The mail server rejected the message as unwanted. Use another address.',
  },
  full: { phone: 'The phone has no room for messages.', email: 'The mailbox is full.' },
}

function stateWords(state: MessageState, channel: Channel, seconds: number | null): string {
  const noun = NOUNS[channel]
  switch (state) {
    case 'trying':
      return `${noun} is being sent.`
    case 'sent':
      return `${noun} was sent.`
    case 'delivered':
      return seconds === null ? `${noun} was delivered.` : `Delivered ${seconds} s ago.`
    case 'failed':
      return `${noun} did not arrive.`
  }
}

/** @param seconds since it was delivered */
export function describeMessage(
  state: MessageState,
  channel: Channel,
  about: { reason: MessageReason | null; seconds: number | null },
): string {
  const { reason, seconds } = about
  const words = stateWords(state, channel, seconds)
  const why = reason && REASONS[reason][channel === 'email' ? 'email' : 'phone']
  return why ? `${words} ${why}` : words
}
