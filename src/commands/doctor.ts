// countersign doctor: settings, files, database, providers, DNS and clock, each looked at and told.
// It must not change anything, send a message, or show a secret.

import { isIP, isIPv4, isIPv6 } from 'node:net'
import { type Config, EXIT_CONFIG } from '../config/config.ts'
import { loadSettings } from '../config/load.ts'
import { createClock } from '../kernel/clock.ts'
import { type Command, EXIT, type Given, type Terminal, UsageError } from './command.ts'
import { type Finding, finding, findingsOf } from './doctor/finding.ts'
import { alignRows, plain } from './table.ts'

/** For each check that asks another machine. */
const DEADLINE_MS = 8_000

const SELECTOR = /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/i
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
  if (selector !== undefined && !SELECTOR.test(selector))
    throw new UsageError('--dkim-selector is a name such as s1, without the domain')
  if (server !== undefined && !isServer(server))
    throw new UsageError('--dns-server is an address, or address:port')
  return { selector, server }
}

async function checkDomain(config: Config, dns: DnsOptions): Promise<readonly Finding[]> {
  const { mailDomainOf } = await import('./doctor/providers.ts')
  const domain = mailDomainOf(config)
  if (domain === undefined)
    return [finding('mail domain', 'skipped', 'there is no MAIL_FROM: no mail is sent by SMTP')]
  const { checkMailDomain } = await import('./doctor/mail-domain.ts')
  return checkMailDomain({ ...dns, domain, deadlineMs: DEADLINE_MS })
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
  const clock = createClock()
  const found = await Promise.all([
    findingsOf('files', () => checkFiles(config)),
    findingsOf('database', () => checkDatabase(config)),
    findingsOf('limits', () => checkLimits(config.limits)),
    findingsOf('providers', () => checkProviders(config, clock, DEADLINE_MS)),
    findingsOf('mail domain', () => checkDomain(config, dns)),
  ])
  const rest = found.flat()
  // Clocks come up in several checks, and are read together.
  const clocks = rest.filter(({ check }) => check === 'clock')
  return [...rest.filter(({ check }) => check !== 'clock'), ...clocks]
}

function tell(findings: readonly Finding[], isJson: boolean, terminal: Terminal): number {
  const isRight = findings.every(({ status }) => status !== 'failed')
  if (isJson) terminal.out(`${JSON.stringify({ ok: isRight, findings }, null, 2)}\n`)
  else
    terminal.out(
      alignRows(findings.map(({ check, status, detail }) => [status, check, plain(detail)])),
    )
  return isRight ? EXIT.ok : EXIT.failed
}

export const doctorCommand: Command = {
  words: 'doctor',
  summary:
    'Checks settings, files, database, root keys, providers, DNS of MAIL_FROM and the clock.',
  options: {
    'dkim-selector': {
      type: 'string',
      value: '<name>',
      description: 'Look for the DKIM key that your mail provider names so',
    },
    'dns-server': {
      type: 'string',
      value: '<address>',
      description: 'Ask this name server, address or address:port, not the machine’s own',
    },
    json: { type: 'boolean', description: 'Answer as JSON' },
  },
  notes: `Run it with the service's environment. It changes nothing and sends no message: mail
servers are asked up to the log-in, Twilio for the account, a gateway whether it
answers. Exit codes: 0 where nothing failed (warnings included), 1 where something
did, 78 where the settings are not right.`,
  async run(given, terminal) {
    const dns = readDnsOptions(given)
    const isJson = given.flag('json')
    const loaded = loadSettings(terminal.env, { isCommand: true })
    if (!loaded.ok) {
      tell(faultsIn(loaded.message), isJson, terminal)
      return EXIT_CONFIG // mutant: C71.doctor-exit-78
    }
    const { config } = loaded
    const settings = [
      finding('settings', 'ok', `read, for ${config.mode}`),
      ...config.warnings.map((warning) => finding('settings', 'warning', warning)),
    ]
    return tell([...settings, ...(await examine(config, dns))], isJson, terminal)
  },
}
