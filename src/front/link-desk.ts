// The desk's part for the link of a mail: it opens a verification, and approves for the browser that this one is bound to.
// It must not find out which browser that is: whoever calls has asked the desk.

import type { Keyring } from '../kernel/keyring.ts'
import { readLink } from '../kernel/link-token.ts'
import type { EndUser, VerificationService } from '../verification/api.ts'
import type { Opened } from '../verification/front-ports.ts'
import type { ServicePolicy } from '../verification/policy.ts'
import type { ViewToken } from './view-token.ts'

/** In the event log, in place of an API key's id. */
const KEY_ID = 'mail_link'

type Linked = Opened & ViewToken & { service: ServicePolicy }

export function createLinkDesk<Door extends Linked>(
  deps: { keyring: Pick<Keyring, 'macs'>; service: Pick<VerificationService, 'check'> },
  find: (token: ViewToken) => Promise<Door | undefined>,
) {
  const { keyring, service } = deps
  return {
    async openLink(token: string): Promise<Door | undefined> {
      const verificationId = readLink(keyring, token)
      if (verificationId === undefined) return undefined
      const found = await find({ verificationId, actions: false })
      return found?.door?.link ? found : undefined
    },
    approve(
      { verificationId: id, record, service: policy }: Door,
      token: string,
      endUser: EndUser,
    ) {
      const none = { session: null, to: null, country: null, subject: null, idempotency: null }
      const link = { token, binding: null }
      const command = { ...none, id, purpose: record.purpose, endUser, link, isBound: true }
      return service.check({ service: policy, keyId: KEY_ID }, command)
    },
  }
}
