// What DNS says of the domain of MAIL_FROM, against a name server of the test's own.

import { afterEach, expect, it } from 'vitest'
import { checkMailDomain } from '../../src/commands/doctor/mail-domain.ts'
import { type DnsServer, startDnsServer } from './dns-server.ts'

let server: DnsServer
afterEach(() => server.close())

const SPF = 'v=spf1 include:_spf.example.net -all'
const DMARC = 'v=DMARC1; p=none; rua=mailto:a@example.com'
/** Longer than one string of a record. */
const KEY = `v=DKIM1; k=rsa; p=${'A'.repeat(400)}`

async function check(
  records: Parameters<typeof startDnsServer>[0],
  change: { domain?: string; selector?: string; deadlineMs?: number } = {},
) {
  server = await startDnsServer(records)
  const findings = await checkMailDomain({
    ...{ domain: 'example.com', selector: undefined, deadlineMs: 5_000 },
    ...change,
    server: server.address,
  })
  return findings.map(({ status, detail }) => `${status} ${detail}`)
}

it('C71: all three are there', async () => {
  const records = {
    'example.com': ['google-site-verification=x', SPF],
    's1._domainkey.example.com': [KEY],
    '_dmarc.example.com': [DMARC],
  }
  expect(await check(records, { selector: 's1' })).toEqual([
    expect.stringMatching(/^ok example\.com has an SPF record/),
    expect.stringMatching(/^ok s1\._domainkey\.example\.com holds a DKIM key/),
    expect.stringMatching(/^ok _dmarc\.example\.com has a DMARC record/),
  ])
})

it('C71: without records, each message says what to publish', async () => {
  expect(await check({}, { selector: 's1' })).toEqual([
    expect.stringMatching(/^warning example\.com has no SPF record: publish/),
    expect.stringMatching(/^failed s1\._domainkey\.example\.com holds no DKIM key: publish/),
    expect.stringMatching(/^warning example\.com has no DMARC record: publish/),
  ])
})

it.each([
  [[SPF, 'v=spf1 -all'], /^failed example\.com has several SPF records/],
  [['v=spf1 +all'], /^warning example\.com: SPF lets anybody send/],
  [['v=spf1 all'], /^warning example\.com: SPF lets anybody send/],
  [['v=spf1 a ~all'], /^ok example\.com has an SPF/],
  [['V=SPF1 mx -all'], /^ok example\.com has an SPF/],
  [['v=spf10 -all'], /^warning example\.com has no SPF/],
])('C71: SPF %j', async (texts, expected) => {
  const [spf] = await check({ 'example.com': texts })
  expect(spf).toMatch(expected)
})

it.each([
  ['v=DKIM1; p=', /^failed .*revoked/],
  ['v=DKIM1; k=rsa; p= ;', /^failed .*revoked/],
  ['k=rsa; p=ABC', /^ok/],
  ['v=spf1 -all', /^failed .*holds no DKIM key/],
])('C71: DKIM %s', async (text, expected) => {
  const [, dkim] = await check({ 's1._domainkey.example.com': [text] }, { selector: 's1' })
  expect(dkim).toMatch(expected)
})

it('C71: DKIM is not checked without a selector', async () => {
  const [, dkim] = await check({})
  expect(dkim).toMatch(/^skipped .*--dkim-selector/)
  expect(server.asked.join()).not.toContain('_domainkey')
})

it('C71: DMARC of a parent domain counts, that of a top-level domain is not queried', async () => {
  const records = { '_dmarc.example.com': [DMARC] }
  const [, , dmarc] = await check(records, { domain: 'login.mail.example.com' })
  expect(dmarc).toMatch(/^ok _dmarc\.example\.com/)
  expect(server.asked).not.toContain('_dmarc.com')
})

it('C71: two DMARC records are none', async () => {
  const [, , dmarc] = await check({ '_dmarc.example.com': [DMARC, DMARC] })
  expect(dmarc).toMatch(/^failed .*several DMARC records/)
})

it('C71: a domain in another script is queried in ASCII', async () => {
  await check({}, { domain: 'bücher.example' })
  expect(server.asked).toContain('xn--bcher-kva.example')
})

it('C71: a silent name server is distinguished from a missing record', async () => {
  const findings = await check('silent', { deadlineMs: 200 })
  expect(findings[0]).toMatch(/^warning example\.com: the name server does not answer \(E\w+\)/)
  expect(findings[2]).toMatch(/^warning _dmarc\.example\.com: the name server does not answer/)
})

it.each(['localhost', '', 'exa mple.com'])('C71: "%s" is not a mail domain', async (domain) => {
  expect(await check({}, { domain })).toEqual([
    expect.stringMatching(/^failed mail cannot be sent from the domain of MAIL_FROM/),
  ])
})
