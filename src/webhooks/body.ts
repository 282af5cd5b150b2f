// The text of a message to a webhook, written again at each try, and its headers by Standard Webhooks 1.0.0.
// It must not hold a code, nor the recipient of a destination that did not ask for it.

import { Webhook } from 'standardwebhooks'
import type { WebhookEvent } from '../events/types.ts'
import { webhookId } from '../kernel/ids.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { recipientContext } from '../kernel/sealing.ts'
import type { Destination } from './destination.ts'
import { PAYLOAD_VERSION, type Payload } from './payload.ts'
import type { WebhookMessage } from './ports.ts'

/** Of an event, as causes.ts chose them. */
type Told = Pick<Payload['data'], 'status' | 'channel' | 'provider' | 'send' | 'error'> & {
  attempt?: number
}

/** The details of deliveries and verifications, in the API's words. */
function dataOf(message: WebhookMessage): Payload['data'] {
  const { details, metadata } = message
  const { attempt, ...rest } = details as Told
  return {
    verification_id: message.verificationId,
    reference: message.reference,
    service: message.service,
    purpose: message.purpose,
    kind: message.kind,
    ...rest,
    ...(attempt !== undefined && { try: attempt }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  }
}

/** Without the recipient. */
export function payloadOf(message: WebhookMessage): Payload {
  const { verificationId, destination, sequence } = message
  return {
    version: PAYLOAD_VERSION,
    id: webhookId(verificationId, destination, sequence),
    type: message.type as WebhookEvent,
    timestamp: new Date(message.at).toISOString(),
    sequence,
    data: dataOf(message),
  }
}

/** @throws UnknownKeyError where the recipient is sealed under a root secret that this node does not have */
export function writePayload(
  message: WebhookMessage,
  { includeRecipient }: Pick<Destination, 'includeRecipient'>,
  keyring: Pick<Keyring, 'open'>,
): Payload {
  const { verificationId, recipientSealed } = message
  const open = () => keyring.open(recipientSealed, recipientContext(verificationId))
  const payload = payloadOf(message)
  const data = { ...payload.data, ...(includeRecipient && { recipient: open() }) } // mutant: C62.recipient-on-request
  return { ...payload, data }
}

/** The bytes are signed as they are sent, at the time of this try, with every secret of the destination. */
export function signedHeaders(
  id: string,
  body: string,
  secrets: readonly string[],
  now: number,
): Record<string, string> {
  const at = new Date(now)
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, at, body)) // mutant: C57.all-secrets-sign
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)), // mutant: C57.signed-at-try
    'webhook-signature': signatures.join(' '),
  }
}
