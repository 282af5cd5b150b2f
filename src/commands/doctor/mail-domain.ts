// What DNS says of the domain that mail comes from: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489).
// It must not wait longer than its deadline, nor take a name server that is away for a record that is missing.

import { Resolver } from 'node:dns/promises'
import { domainToASCII } from 'node:url'
import { type Finding, finding, type Status } from './finding.ts'

export type MailDomainOptions = {
  /** Of MAIL_FROM. */
  domain: string
  /** As the mail provider names it; undefined: nobody has said. */
  selector: string | undefined
  /** `address` or `address:port`; undefined: this machine's own. */
  server: string | undefined
  deadlineMs: number
}

const TRY_MS = 2_000
const TRIES = 2
const CHECK = 'mail domain'

type Looked = { records: string[] } | { away: string }
type LookUp = (name: string) => Promise<Looked>

/** Nothing is there, and the name server has said so. */
const ABSENT = new Set(['ENOTFOUND', 'ENODATA'])

function createLookUp({ server, deadlineMs }: MailDomainOptions): { lookUp: LookUp; end(): void } {
  const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES })
  if (server !== undefined) resolver.setServers([server])
  const timer = setTimeout(() => resolver.cancel(), deadlineMs)
  return {
    async lookUp(name) {
      try {
        const records = await resolver.resolveTxt(name)
        return { records: records.map((parts) => parts.join('')) }
      } catch (error) {
        const { code = 'unknown' } = error as NodeJS.ErrnoException
        return ABSENT.has(code) ? { records: [] } : { away: code } // mutant: C71.dns-outage-distinct
      }
    },
    end: () => clearTimeout(timer),
  }
}

const say = (status: Status, detail: string) => finding(CHECK, status, detail)
const away = (name: string, code: string) =>
  say(
    'warning',
    `${name}: the name server does not answer (${code}): try again, or give --dns-server`,
  )

function judgeSpf(domain: string, looked: Looked): Finding {
  if ('away' in looked) return away(domain, looked.away)
  const [record, second] = looked.records.filter((text) => /^v=spf1( |$)/i.test(text))
  if (record === undefined)
    return say(
      'warning',
      `${domain} has no SPF record: publish a TXT record that begins with v=spf1 and names your mail provider`,
    )
  // mutant: C71.double-spf-invalid
  if (second !== undefined)
    return say(
      'failed',
      `${domain} has several SPF records, and so none that counts (RFC 7208 §4.5): merge them`,
    )
  // mutant: C71.spf-pass-all
  if (/(^| )[+?]?all( |$)/i.test(record))
    return say(
      'warning',
      `${domain}: SPF lets everybody send (${record}): end it with -all or ~all`,
    )
  return say('ok', `${domain}: SPF is there (${record})`)
}

async function judgeDkim(domain: string, selector: string | undefined, lookUp: LookUp) {
  if (selector === undefined)
    return say(
      'skipped',
      'DKIM was not checked: give --dkim-selector, as your mail provider names it',
    )
  const name = `${selector}._domainkey.${domain}`
  const looked = await lookUp(name)
  if ('away' in looked) return away(name, looked.away)
  const record = looked.records.find((text) => /(^|;)\s*p=/.test(text))
  if (record === undefined)
    return say('failed', `${name} holds no DKIM key: publish the one that your mail provider shows`)
  // mutant: C71.dkim-key-revoked
  if (/(^|;)\s*p=\s*(;|$)/.test(record))
    return say('failed', `${name}: the DKIM key is revoked (p= is empty, RFC 6376 §3.6.1)`)
  return say('ok', `${name}: the DKIM key is there`)
}

/** The domain's own record, or that of a domain above it (RFC 7489 §6.6.3). */
async function judgeDmarc(domain: string, lookUp: LookUp): Promise<Finding> {
  const labels = domain.split('.')
  // mutant: C71.dmarc-parent-domain
  for (let first = 0; first < labels.length - 1; first += 1) {
    const name = `_dmarc.${labels.slice(first).join('.')}`
    const looked = await lookUp(name)
    if ('away' in looked) return away(name, looked.away)
    const [record, second] = looked.records.filter((text) => /^v=DMARC1\s*(;|$)/.test(text))
    if (second !== undefined)
      return say('failed', `${name} has several DMARC records, and so none that counts: keep one`)
    if (record !== undefined) return say('ok', `${name}: DMARC is there (${record})`)
  }
  return say(
    'warning',
    `${domain} has no DMARC record: publish a TXT record at _dmarc.${domain}, such as v=DMARC1; p=none; large mail hosts ask for one`,
  )
}

export async function checkMailDomain(options: MailDomainOptions): Promise<Finding[]> {
  const domain = domainToASCII(options.domain)
  if (domain === '' || !domain.includes('.'))
    return [
      say(
        'failed',
        `the domain of MAIL_FROM, "${options.domain}", is none that mail can come from`,
      ),
    ]
  const { lookUp, end } = createLookUp(options)
  try {
    return await Promise.all([
      lookUp(domain).then((looked) => judgeSpf(domain, looked)),
      judgeDkim(domain, options.selector, lookUp),
      judgeDmarc(domain, lookUp),
    ])
  } finally {
    end()
  }
}
