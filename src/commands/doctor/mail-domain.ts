// The DNS records of the domain that mail comes from: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489).
// It must not take an unreachable name server for a missing record.

import { createPublicKey, type KeyObject } from 'node:crypto'
import { Resolver } from 'node:dns/promises'
import { domainToASCII } from 'node:url'
import type { Config } from '../../config/config.ts'
import { readDkim } from '../../delivery/providers/smtp/dkim.ts'
import { type Finding, finding } from './finding.ts'

/** The key that this service signs with. */
export type OwnKey = { domain: string; selector: string; publicKey: KeyObject }

export type MailDomainOptions = {
  /** Of MAIL_FROM. */
  domain: string
  /** DKIM_…; null: the mail server signs, or nobody does. */
  ownKey: OwnKey | null
  /** As the mail provider names it; undefined: not given. */
  selector: string | undefined
  /** `address` or `address:port`; undefined: this machine's own. */
  server: string | undefined
  deadlineMs: number
}

const TRY_MS = 2_000
const TRIES = 2

type Answer = { records: string[] } | { away: string }
type LookUp = (name: string) => Promise<Answer>

/** The name server's answer where there is no such record. */
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

const domainFinding = (status: Finding['status'], detail: string) =>
  finding('mail domain', status, detail)
const ok = (detail: string) => domainFinding('ok', detail)
const warning = (detail: string) => domainFinding('warning', detail)
const failed = (detail: string) => domainFinding('failed', detail)
const away = (name: string, code: string) =>
  warning(`${name}: the name server does not answer (${code}): try again, or give --dns-server`)

function judgeSpf(domain: string, answer: Answer): Finding {
  if ('away' in answer) return away(domain, answer.away)
  const [record, second] = answer.records.filter((text) => /^v=spf1( |$)/i.test(text))
  if (record === undefined)
    return warning(
      `${domain} has no SPF record: publish a TXT record that begins with v=spf1 and names your mail provider; without one large mail hosts refuse mail, or take it for spam`,
    )
  // mutant: C71.double-spf-invalid
  if (second !== undefined)
    return failed(
      `${domain} has several SPF records, so none of them counts (RFC 7208 §4.5): merge them`,
    )
  // mutant: C71.spf-pass-all
  if (/(^| )[+?]?all( |$)/i.test(record))
    return warning(`${domain}: SPF lets anybody send (${record}): end it with -all or ~all`)
  return ok(`${domain} has an SPF record (${record})`)
}

/** The first record that holds a key. @returns null: there is none */
const keyRecordIn = (records: readonly string[]) =>
  records.find((text) => /(^|;)\s*p=/.test(text)) ?? null

/** RFC 6376 §3.6.1 p=: base64 of a key, with or without its algorithm in front. */
function readPublicKey(record: string): KeyObject | null {
  const [, text = ''] = /(?:^|;)\s*p=([^;]*)/.exec(record) ?? []
  const key = Buffer.from(text.replace(/\s+/g, ''), 'base64')
  for (const type of ['spki', 'pkcs1'] as const)
    try {
      return createPublicKey({ key, format: 'der', type })
    } catch {
      // The other form, or none.
    }
  return null
}

/** Public by its nature. */
function recordFor({ publicKey }: OwnKey): string {
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  return `v=DKIM1; k=rsa; p=${key}`
}

/** The key of DKIM_PRIVATE_KEY: mail with another one in DNS is treated worse than mail without a signature. */
async function judgeOwnKey(ownKey: OwnKey, lookUp: LookUp): Promise<Finding> {
  const name = `${ownKey.selector}._domainkey.${ownKey.domain}`
  const answer = await lookUp(name)
  if ('away' in answer) return away(name, answer.away)
  const record = keyRecordIn(answer.records)
  const publish = `publish this TXT record there: ${recordFor(ownKey)}`
  if (record === null) return failed(`${name} holds no DKIM key: ${publish}`)
  const published = readPublicKey(record)
  // mutant: C71.dkim-other-key
  if (published === null || !published.equals(ownKey.publicKey))
    return failed(`${name} holds another key than that of DKIM_PRIVATE_KEY: ${publish}`)
  return ok(`${name} holds the key of DKIM_PRIVATE_KEY`)
}

async function judgeDkim(domain: string, selector: string | undefined, lookUp: LookUp) {
  if (selector === undefined)
    return domainFinding(
      'skipped',
      'DKIM was not checked: give your mail provider’s --dkim-selector',
    )
  const name = `${selector}._domainkey.${domain}`
  const answer = await lookUp(name)
  if ('away' in answer) return away(name, answer.away)
  const record = keyRecordIn(answer.records)
  if (record === null)
    return failed(
      `${name} holds no DKIM key: publish the one that your mail provider shows; without it its signatures are worth nothing`,
    )
  // mutant: C71.dkim-key-revoked
  if (/(^|;)\s*p=\s*(;|$)/.test(record))
    return failed(`${name}: the DKIM key is revoked (p= is empty, RFC 6376 §3.6.1)`)
  return ok(`${name} holds a DKIM key`)
}

/** The domain's own record, or that of a domain above it (RFC 7489 §6.6.3). */
async function judgeDmarc(domain: string, lookUp: LookUp): Promise<Finding> {
  const labels = domain.split('.')
  // mutant: C71.dmarc-parent-domain
  for (let first = 0; first < labels.length - 1; first += 1) {
    const name = `_dmarc.${labels.slice(first).join('.')}`
    const answer = await lookUp(name)
    if ('away' in answer) return away(name, answer.away)
    const [record, second] = answer.records.filter((text) => /^v=DMARC1\s*(;|$)/.test(text))
    if (second !== undefined)
      return failed(`${name} has several DMARC records, so none of them counts: keep one`)
    if (record !== undefined) return ok(`${name} has a DMARC record (${record})`)
  }
  return warning(
    `${domain} has no DMARC record: publish a TXT record at _dmarc.${domain}, such as v=DMARC1; p=none; large mail hosts require one`,
  )
}

export async function checkMailDomain(options: MailDomainOptions): Promise<Finding[]> {
  const domain = domainToASCII(options.domain)
  if (domain === '' || !domain.includes('.'))
    return [failed(`mail cannot be sent from the domain of MAIL_FROM, "${options.domain}"`)]
  const { lookUp, end } = createLookUp(options)
  try {
    const { selector, ownKey } = options
    // A selector that was asked for is another key's: that of a mail server which signs, too.
    const own = ownKey === null ? [] : [judgeOwnKey(ownKey, lookUp)]
    const theirs =
      ownKey === null || selector !== undefined ? [judgeDkim(domain, selector, lookUp)] : []
    return await Promise.all([
      lookUp(domain).then((answer) => judgeSpf(domain, answer)),
      ...own,
      ...theirs,
      judgeDmarc(domain, lookUp),
    ])
  } finally {
    end()
  }
}

/** The domain of MAIL_FROM, which may hold a name; undefined: mail, if any, goes through a gateway. */
export function mailDomainOf(config: Config): string | undefined {
  const from = config.providers.map(({ values }) => values.MAIL_FROM).find(Boolean)
  return from === undefined ? undefined : /@([^@>\s]+)>?\s*$/.exec(from)?.[1]
}

/** Of DKIM_…; null: not given. */
export function ownKeyOf(config: Config): OwnKey | null {
  const smtp = config.providers.find(({ name }) => name === 'smtp')
  const dkim = smtp ? readDkim(smtp.values) : null
  return dkim && { ...dkim, publicKey: createPublicKey(dkim.privateKey) }
}
