// What a new verification holds whatever is asked for: a message's code or a factor.
// It must not seal a code, nor choose a channel.

import { recipientContext } from '../kernel/sealing.ts'
import type { Caller, StartFields } from './api.ts'
import type { Domain } from './domain.ts'
import type { NewVerification } from './state.ts'

type CommonFields = Omit<
  NewVerification,
  | 'channel'
  | 'locale'
  | 'addressIndex'
  | 'budgetIndex'
  | 'country'
  | 'kind'
  | 'codeLength'
  | 'codeHash'
  | 'pepperKeyId'
  | 'codeSealed'
  | 'maxSends'
>

/** @param party the address, or the subject, in clear: sealed here */
export function commonFields(
  domain: Domain,
  { service }: Caller,
  command: StartFields,
  { id, party, now }: { id: string; party: string; now: number },
): CommonFields {
  const { keyring } = domain
  const { session } = command
  return {
    id,
    reference: domain.createReference(),
    service: service.name,
    purpose: command.purpose,
    recipientSealed: keyring.seal(party, recipientContext(id)),
    sessionMac:
      session === null ? null : keyring.mac('session', ['session', service.name, session]),
    authenticated: command.authenticated,
    maxAttempts: service.maxAttempts,
    lastSendAt: now,
    clientIp: command.endUser.clientIp,
    metadata: command.metadata,
    createdAt: now,
    expiresAt: now + (command.ttlSeconds ?? service.ttlSeconds) * 1000,
  }
}
