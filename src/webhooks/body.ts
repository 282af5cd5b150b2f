// The text of a message to a webhook, written again at each try, and its headers by Standard Webhooks 1.0.0.
// It must not hold a code, nor the recipient of a destination that did not ask for it.

import { Webhook } from 'standardwebhooks'
import { webhookId } from '../kernel/ids.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { recipientContext } from '../kernel/sealing.ts'
import type { Destination } from './destination.ts'
import type { WebhookMessage } from './ports.ts'

/** Of the payload's schema: it grows without a new number, and never loses a field with one. */
const PAYLOAD_VERSION = 1

type Payload = {
  version: typeof PAYLOAD_VERSION
  id: string
  type: string
  timestamp: string
  sequence: number
  data: Record<string, unknown>
}

/** The details of deliveries and verifications, in the API's words. */
function dataOf(message: WebhookMessage): Record<string, unknown> {
  const { details, metadata } = message
  const { attempt, ...rest } = details
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

/** @throws UnknownKeyError where the recipient is sealed under a root secret that this node does not have */
export function writePayload(
  message: WebhookMessage,
  { includeRecipient }: Pick<Destination, 'includeRecipient'>,
  keyring: Pick<Keyring, 'open'>,
): Payload {
  const { verificationId, destination, sequence, recipientSealed } = message
  const open = () => keyring.open(recipientSealed, recipientContext(verificationId))
  return {
    version: PAYLOAD_VERSION,
    id: webhookId(verificationId, destination, sequence),
    type: message.type,
    timestamp: new Date(message.at).toISOString(),
    sequence,
    data: { ...dataOf(message), ...(includeRecipient && { recipient: open() }) }, // mutant: C62.recipient-on-request
  }
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
