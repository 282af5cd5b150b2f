// The messages that go out, and the addresses in them: of reports, of calls, of links.

import type { Config } from '../config/config.ts'
import { createLinkUrls } from '../delivery/templates/link-url.ts'
import { type ComposeMessage, createComposer } from '../delivery/templates/message.ts'
import type { Keyring } from '../kernel/keyring.ts'

type Addresses = Omit<Parameters<typeof createComposer>[0], 'settingsOf' | 'linkUrlOf'>

export function composeMessages(
  { publicUrl, services }: Pick<Config, 'publicUrl' | 'services'>,
  keyring: Keyring,
  addresses: Addresses,
): ComposeMessage {
  const settingsOf = (name: string) => services.get(name)
  const linkUrlOf = createLinkUrls({ publicUrl, keyring, settingsOf })
  return createComposer({ ...addresses, settingsOf, linkUrlOf })
}
