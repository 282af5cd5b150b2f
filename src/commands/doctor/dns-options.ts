// What a check of a mail domain may be given: the provider's key, and the name server to ask.

import { isIP, isIPv4, isIPv6 } from 'node:net'
import { DKIM_SELECTOR } from '../../delivery/providers/smtp/dkim.ts'
import { type Given, type Options, textOption, UsageError } from '../command.ts'

export const DNS_OPTIONS: Options = {
  'dkim-selector': textOption('<name>', 'Check the DKIM key that your mail provider calls this'),
  'dns-server': textOption(
    '<address>',
    'Query this name server (address or address:port), not the machine’s own',
  ),
}

/** An address, or an address and a port. */
const ADDRESS_AND_PORT = /^(?:\[(?<v6>[^\]]+)\]|(?<v4>[\d.]+))(?::(?<port>\d{1,5}))?$/
const MAX_PORT = 65_535

function isServer(text: string): boolean {
  if (isIP(text) !== 0) return true
  const { v6 = '', v4 = '', port = '53' } = ADDRESS_AND_PORT.exec(text)?.groups ?? {}
  return (isIPv6(v6) || isIPv4(v4)) && Number(port) >= 1 && Number(port) <= MAX_PORT // mutant: C71.dns-port-refused
}

export type DnsOptions = { selector: string | undefined; server: string | undefined }

export function readDnsOptions(given: Given): DnsOptions {
  const [selector, server] = [given.text('dkim-selector'), given.text('dns-server')]
  if (selector !== undefined && !DKIM_SELECTOR.test(selector))
    throw new UsageError('--dkim-selector must be a name such as s1, without the domain')
  if (server !== undefined && !isServer(server))
    throw new UsageError('--dns-server must be an address, or address:port')
  return { selector, server }
}
