// Who reaches a service in development: whoever does reads every code in its inbox.
// It must not let one begin that was meant for production, nor open one to a network that nobody asked for by name.

import { isLoopback } from './listen.ts'
import type { Reader, Values } from './reader.ts'
import { SERVER_SETTINGS } from './settings.ts'

type Server = Values<typeof SERVER_SETTINGS>

/** `NODE_EVN=production` alone would be development: a guess at what was meant is not good enough here. */
function checkMode(reader: Reader): void {
  const { name } = SERVER_SETTINGS.nodeEnv
  if (reader.origin(name) !== 'default') return
  const slip = reader.suspects().find(({ meant }) => meant.replace(/_FILE$/, '') === name)
  // mutant: C69.node-env-exact
  if (slip)
    reader.note(
      name,
      `is not given, but ${slip.name} is, which is no setting: without it this would be development, with an inbox that shows every code. Rename it, or give ${name} too`,
    )
}

/** Where other machines reach it: at its own address, or at one that leads here. */
function openNames({ host, publicUrl }: Server): { name: string; where: string }[] {
  const outside = publicUrl && new URL(publicUrl).hostname.replace(/^\[(.*)\]$/, '$1')
  return [
    ...(isLoopback(host) ? [] : [{ name: SERVER_SETTINGS.host.name, where: host }]),
    ...(outside && !isLoopback(outside) // mutant: C69.dev-url-loopback
      ? [{ name: SERVER_SETTINGS.publicUrl.name, where: outside }]
      : []),
  ]
}

/** Only where it was asked for by name. */
export function checkReach({ reader, server }: { reader: Reader; server: Server }): void {
  checkMode(reader)
  const { nodeEnv, developmentNetwork } = SERVER_SETTINGS
  if (server.developmentNetwork === 'open' || reader.isNoted(developmentNetwork.name)) return
  for (const { name, where } of openNames(server))
    reader.note(
      name,
      `${where} can be reached from other machines, and development shows every code in /dev/inbox: set ${nodeEnv.name}=production, or ${developmentNetwork.name}=open to allow it`,
    )
}

export function warnOfOpenInbox(host: string): string[] {
  if (isLoopback(host)) return []
  return [`HOST=${host} in development: whoever reaches it reads every code in /dev/inbox`]
}
