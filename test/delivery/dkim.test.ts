// DKIM towards mail servers that do not sign: what arrives is verified by RFC 6376.

import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { createSmtpProvider, smtpEntry } from '../../src/delivery/providers/smtp/smtp.ts'
import { PATIENCE_MS } from '../long.ts'
import { verifyDkim } from './dkim-verify.ts'
import { mailMessage } from './messages.ts'
import { type MailServer, startMailServer } from './smtp-server.ts'

const pem = (bits: number) =>
  generateKeyPairSync('rsa', { modulusLength: bits })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
const KEY = pem(2048)
const DNS = { 's1._domainkey.example.com': createPublicKey(KEY) }
const keyOf = (name: string) => DNS[name as keyof typeof DNS]

const SMTP = { SMTP_URL: 'smtp://127.0.0.1:25', MAIL_FROM: 'Example <no-reply@example.com>' }
const DKIM = { DKIM_DOMAIN: 'Example.com', DKIM_SELECTOR: 's1', DKIM_PRIVATE_KEY: KEY }

let server: MailServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

async function deliver(
  settings: Record<string, string>,
  change: Parameters<typeof mailMessage>[0],
) {
  server = await startMailServer({ disabledCommands: ['STARTTLS'] })
  const url = `smtp://127.0.0.1:${server.port}`
  const provider = createSmtpProvider(smtpEntry.read({ ...SMTP, SMTP_URL: url, ...settings }))
  const signal = AbortSignal.timeout(PATIENCE_MS)
  expect(await provider.send(mailMessage(change), signal)).toMatchObject({ kind: 'accepted' })
  await provider.close?.()
  return server.received[0]?.raw ?? ''
}

describe('C68: a mail with DKIM_… arrives with a signature that is valid', () => {
  it.each<[string, Parameters<typeof mailMessage>[0]]>([
    ['text and HTML', {}],
    ['text alone', { html: null }],
    [
      'other scripts',
      { subject: 'Ihr Beispiel-Code für 日本語のサービス', text: 'Ünï\n\n4711471147\n' },
    ],
    [
      'long lines, dots and blanks',
      { text: `.\n..\n${'x'.repeat(2000)} \t \n  y  \n\n\n\n`, html: null },
    ],
    ['a long subject', { subject: `Your code ${'for a service with a long name '.repeat(8)}` }],
  ])('%s', async (_, change) => {
    const raw = await deliver(DKIM, change)
    const { tags, fault } = verifyDkim(raw, keyOf)
    expect(fault).toBeNull()
    expect(tags).toMatchObject({ v: '1', d: 'example.com', s: 's1' })
    const signed = tags.h?.toLowerCase().split(':')
    expect(signed).toEqual(
      expect.arrayContaining(['from', 'to', 'subject', 'date', 'message-id', 'content-type']),
    )
  })

  it('and not where anything was changed', async () => {
    const raw = await deliver(DKIM, {})
    const faultOf = (changed: string) => verifyDkim(changed, keyOf).fault
    expect(faultOf(raw)).toBeNull()
    expect(faultOf(raw.replace('4711471147', '4711471148'))).toBe('body')
    expect(faultOf(raw.replace(/^Subject: /m, 'Subject: Re '))).toBe('signature')
    expect(faultOf(raw.replace(/^From: Example/m, 'From: Eve'))).toBe('signature')
    // Folding and blanks may change on the way.
    expect(faultOf(raw.replace(/^Subject: /m, 'Subject:  \t '))).toBeNull()
  })

  it('without them it has none', async () => {
    expect(verifyDkim(await deliver({}, {}), keyOf).fault).toBe('not signed')
  })
})

describe('C68: DKIM settings that cannot sign are refused at start', () => {
  const ed25519 = generateKeyPairSync('ed25519').privateKey
  const read = (change: Record<string, string | undefined>) => {
    const values = Object.entries({ ...SMTP, ...DKIM, ...change }).filter(([, value]) => value)
    return () => smtpEntry.read(Object.fromEntries(values) as Record<string, string>)
  }

  it.each([
    ['DKIM_DOMAIN', undefined, 'is missing: DKIM needs it (DKIM_SELECTOR is given)'],
    ['DKIM_SELECTOR', undefined, 'is missing: DKIM needs it (DKIM_DOMAIN is given)'],
    ['DKIM_PRIVATE_KEY', undefined, 'is missing: DKIM needs it (DKIM_DOMAIN is given)'],
    ['DKIM_DOMAIN', 'example', 'is not a domain'],
    ['DKIM_DOMAIN', 'exa mple.com', 'is not a domain'],
    ['DKIM_SELECTOR', 's1; d=evil.example', 'is not a name'],
    ['DKIM_PRIVATE_KEY', 'nothing', 'is not a private key in PEM'],
    ['DKIM_PRIVATE_KEY', KEY.slice(0, 200), 'is not a private key in PEM'],
    [
      'DKIM_PRIVATE_KEY',
      ed25519.export({ type: 'pkcs8', format: 'pem' }).toString(),
      'is not an RSA key',
    ],
    ['DKIM_PRIVATE_KEY', pem(512), 'has 512 bits'],
  ])('%s %#', (name, value, problem) => {
    expect(read({ [name]: value })).toThrow(`${name}: ${problem}`)
    const text = value?.slice(0, 60) ?? 'nothing at all'
    if (name === 'DKIM_PRIVATE_KEY') expect(read({ [name]: value })).not.toThrow(text)
  })

  it('all that is wrong is reported at once', () => {
    const wrong = read({ DKIM_DOMAIN: 'x', DKIM_PRIVATE_KEY: 'x', MAIL_FROM: 'nobody' })
    for (const name of ['DKIM_DOMAIN', 'DKIM_PRIVATE_KEY', 'MAIL_FROM']) expect(wrong).toThrow(name)
  })

  it('a key in one line, as in a .env file, is read; domains of other scripts too', () => {
    const oneLine = KEY.replaceAll('\n', '\\n')
    expect(read({ DKIM_PRIVATE_KEY: oneLine, DKIM_DOMAIN: 'Bücher.example' })()).toMatchObject({
      dkim: { domain: 'xn--bcher-kva.example', privateKey: KEY },
    })
  })

  it.each([
    [{}, null],
    [{ DKIM_DOMAIN: 'mail.example.com' }, null],
    [
      { DKIM_DOMAIN: 'example.org' },
      /^DKIM_DOMAIN: is not the domain of MAIL_FROM \(example\.com\)/,
    ],
    [{ DKIM_PRIVATE_KEY: pem(1024) }, /^DKIM_PRIVATE_KEY: has 1024 bits/],
  ])('warns %#', (change, expected) => {
    const [warning] = smtpEntry.warnings({ ...SMTP, ...DKIM, ...change })
    if (expected === null) expect(warning).toBeUndefined()
    else expect(warning).toMatch(expected)
  })
})
