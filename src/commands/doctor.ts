// countersign doctor: settings, files, database, providers, DNS and clock, each checked and reported.
// It must not change anything, send a message, or show a secret.

import { isIP, isIPv4, isIPv6 } from 'node:net'
import { type Config, EXIT_CONFIG } from '../config/config.ts'
import { loadSettings } from '../config/load.ts'
import { DKIM_SELECTOR } from '../delivery/providers/smtp/dkim.ts'
import { createClock } from '../kernel/clock.ts'
import {
  type Command,
  EXIT,
  type Given,
  JSON_OPTION,
  type Terminal,
  textOption,
  toJson,
  UsageError,
} from './command.ts'
import { type Finding, finding, findingsOf } from './doctor/finding.ts'

/** For each check that asks another machine. */
const DEADLINE_MS = 8_000

/** An address, or an address and a port. */
const ADDRESS_AND_PORT = /^(?:\[(?<v6>[^\]]+)\]|(?<v4>[\d.]+))(?::(?<port>\d{1,5}))?$/
const MAX_PORT = 65_535

function isServer(text: string): boolean {
  if (isIP(text) !== 0) return true
  const { v6 = '', v4 = '', port = '53' } = ADDRESS_AND_PORT.exec(text)?.groups ?? {}
  return (isIPv6(v6) || isIPv4(v4)) && Number(port) >= 1 && Number(port) <= MAX_PORT // mutant: C71.dns-port-refused
}

type DnsOptions = { selector: string | undefined; server: string | undefined }

function readDnsOptions(given: Given): DnsOptions {
  const [selector, server] = [given.text('dkim-selector'), given.text('dns-server')]
  if (selector !== undefined && !DKIM_SELECTOR.test(selector))
    throw new UsageError('--dkim-selector must be a name such as s1, without the domain')
  if (server !== undefined && !isServer(server))
    throw new UsageError('--dns-server must be an address, or address:port')
  return { selector, server }
}

async function checkDomain(config: Config, dns: DnsOptions): Promise<readonly Finding[]> {
  const { checkMailDomain, mailDomainOf, ownKeyOf } = await import('./doctor/mail-domain.ts')
  const domain = mailDomainOf(config)
  const ownKey = ownKeyOf(config)
  if (domain !== undefined)
    return checkMailDomain({ ...dns, domain, ownKey, deadlineMs: DEADLINE_MS })
  return [
    finding(
      'mail domain',
      'skipped',
      'there is no MAIL_FROM: mail, if any, goes through a gateway',
    ),
  ]
}

/** A line each: below a heading, where there are several. */
function faultsIn(message: string): Finding[] {
  const [first = '', ...rest] = message.split('\n').map((line) => line.trim())
  const faults = rest.length === 0 ? [first] : rest // mutant: C71.doctor-setting-lines
  return faults.map((fault) => finding('settings', 'failed', fault))
}

async function examine(config: Config, dns: DnsOptions): Promise<Finding[]> {
  const { checkDatabase, checkFiles, checkLimits } = await import('./doctor/stores.ts')
  const { checkProviders } = await import('./doctor/providers.ts')
  const found = await Promise.all([
    findingsOf('files', () => checkFiles(config)),
    findingsOf('database', () => checkDatabase(config)),
    findingsOf('limits', () => checkLimits(config.limits)),
    findingsOf('providers', () => checkProviders(config, createClock(), DEADLINE_MS)),
    findingsOf('mail domain', () => checkDomain(config, dns)),
  ])
  const all = found.flat()
  const isClock = ({ check }: Finding) => check === 'clock'
  // Clocks come up in several checks, and are read together.
  return [...all.filter((one) => !isClock(one)), ...all.filter(isClock)]
}

async function report(findings: readonly Finding[], isJson: boolean, terminal: Terminal) {
  const { alignRows, plain } = await import('./table.ts')
  const ok = findings.every(({ status }) => status !== 'failed')
  const rows = findings.map(({ check, status, detail }) => [status, check, plain(detail)])
  terminal.out(isJson ? toJson({ ok, findings }) : alignRows(rows))
  return ok ? EXIT.ok : EXIT.failed
}

export const doctorCommand: Command = {
  words: 'doctor',
  summary:
    'Checks settings, files, database, root keys, providers, DNS of MAIL_FROM and the clock.',
  options: {
    'dkim-selector': textOption('<name>', 'Check the DKIM key that your mail provider calls this'),
    'dns-server': textOption(
      '<address>',
      'Query this name server (address or address:port), not the machine’s own',
    ),
    ...JSON_OPTION,
  },
  notes: `Run it with the service's environment. It changes nothing and sends no message: for mail
servers it goes as far as the login, for APIs as far as the account; a gateway only
has to answer. Exit codes: 0 if nothing failed (warnings included), 1 if something
did, 78 if the settings are invalid.`,
  async run(given, terminal) {
    const dns = readDnsOptions(given)
    const isJson = given.flag('json')
    const loaded = loadSettings(terminal.env, { isCommand: true })
    if (!loaded.ok) {
      await report(faultsIn(loaded.message), isJson, terminal)
      return EXIT_CONFIG // mutant: C71.doctor-exit-78
    }
    const { config } = loaded
    const settings = [
      finding('settings', 'ok', `valid, for ${config.mode}`),
      ...config.warnings.map((warning) => finding('settings', 'warning', warning)),
    ]
    return report([...settings, ...(await examine(config, dns))], isJson, terminal)
  },
}
