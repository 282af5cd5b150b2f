// countersign doctor: settings, files, database, providers, DNS, collector and clock, each checked and reported.
// It must not change anything, send a message, or show a secret.

import { type Config, EXIT_CONFIG } from '../config/config.ts'
import { loadSettings } from '../config/load.ts'
import { createClock } from '../kernel/clock.ts'
import { type Command, EXIT, JSON_OPTION, type Terminal, toJson } from './command.ts'
import { DNS_OPTIONS, type DnsOptions, readDnsOptions } from './doctor/dns-options.ts'
import { type Finding, finding, findingsOf } from './doctor/finding.ts'

/** For each check that asks another machine. */
const DEADLINE_MS = 8_000

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
  const { checkCollector } = await import('./doctor/collector.ts')
  const { checkSignIn } = await import('./doctor/sign-in.ts')
  const found = await Promise.all([
    findingsOf('files', () => checkFiles(config)),
    findingsOf('database', () => checkDatabase(config)),
    findingsOf('limits', () => checkLimits(config.limits)),
    findingsOf('providers', () => checkProviders(config, createClock(), DEADLINE_MS)),
    findingsOf('mail domain', () => checkDomain(config, dns)),
    findingsOf('traces', () => checkCollector(config.traces, DEADLINE_MS)),
    findingsOf('sign-in', () => checkSignIn(config.oidc, createClock())),
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
    'Checks settings, files, database, root keys, providers, DNS of MAIL_FROM, traces, sign-in and the clock.',
  options: {
    ...DNS_OPTIONS,
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
