// What DNS says of the domain of MAIL_FROM, against a name server of the test's own.

import { generateKeyPairSync } from 'node:crypto'
import { afterEach, expect, it } from 'vitest'
import { checkMailDomain, type OwnKey, ownKeyOf } from '../../src/commands/doctor/mail-domain.ts'
import { loadSettings } from '../../src/config/load.ts'
import { type DnsServer, startDnsServer } from './dns-server.ts'

let server: DnsServer
afterEach(() => server.close())

const SPF = 'v=spf1 include:_spf.example.net -all'
const DMARC = 'v=DMARC1; p=none; rua=mailto:a@example.com'
/** Longer than one string of a record. */
const KEY = `v=DKIM1; k=rsa; p=${'A'.repeat(400)}`

async function check(
  records: Parameters<typeof startDnsServer>[0],
  change: { domain?: string; selector?: string; deadlineMs?: number; ownKey?: OwnKey } = {},
) {
  server = await startDnsServer(records)
  const findings = await checkMailDomain({
    ...{ domain: 'example.com', selector: undefined, ownKey: null, deadlineMs: 5_000 },
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

const PAIR = generateKeyPairSync('rsa', { modulusLength: 1024 })
const OWN: OwnKey = { domain: 'example.com', selector: 's1', publicKey: PAIR.publicKey }
const OTHER = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
const published = (key: typeof OTHER, type: 'spki' | 'pkcs1' = 'spki') =>
  `v=DKIM1; k=rsa; p=${key.export({ type, format: 'der' }).toString('base64')}`

it.each([
  [
    published(PAIR.publicKey),
    /^ok s1\._domainkey\.example\.com holds the key of DKIM_PRIVATE_KEY$/,
  ],
  [published(PAIR.publicKey, 'pkcs1'), /^ok /],
  [published(PAIR.publicKey).replace(/(.{40})/g, '$1 '), /^ok /],
  [published(OTHER), /^failed .* another key than that of DKIM_PRIVATE_KEY: publish/],
  ['v=DKIM1; p=', /^failed .* another key/],
  ['v=DKIM1; p=garbage', /^failed .* another key/],
  [
    'v=spf1 -all',
    /^failed .* holds no DKIM key: publish this TXT record there: v=DKIM1; k=rsa; p=\w/,
  ],
])('C71: the key of DKIM_PRIVATE_KEY is compared with %s', async (text, expected) => {
  const records = { 's1._domainkey.example.com': [text] }
  const [, dkim, ...others] = await check(records, { ownKey: OWN })
  expect(dkim).toMatch(expected)
  expect(others).toHaveLength(1)
  if (dkim?.startsWith('failed')) expect(dkim).toContain(published(PAIR.publicKey))
})

it('C71: with a selector the mail server’s key is checked, too', async () => {
  const findings = await check({}, { ownKey: OWN, selector: 'relay' })
  expect(findings[1]).toMatch(/^failed s1\._domainkey/)
  expect(findings[2]).toMatch(/^failed relay\._domainkey/)
})

it('C71: the key is that of the settings', async () => {
  server = await startDnsServer({})
  const DKIM_PRIVATE_KEY = PAIR.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const smtp = { SMTP_URL: 'smtp://127.0.0.1:25', MAIL_FROM: 'a@example.com' }
  const keyOf = (env: Record<string, string>) => {
    const loaded = loadSettings({ ...smtp, ...env }, { isCommand: true })
    return loaded.ok ? ownKeyOf(loaded.config) : loaded.message
  }
  const dkim = { DKIM_DOMAIN: 'example.com', DKIM_SELECTOR: 's1', DKIM_PRIVATE_KEY }
  expect(keyOf(dkim)).toMatchObject({ domain: 'example.com', selector: 's1' })
  expect(keyOf({})).toBeNull()
  expect(keyOf({ ...dkim, DKIM_SELECTOR: '' })).toContain('DKIM_SELECTOR')
})
