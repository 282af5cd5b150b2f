// Bounces of mail as mail servers hand them on. postfix*.eml and exim*.eml were written by Postfix 3.7.11 and Exim 4.96; the
// others are in the form of their servers.

import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import type { ReceiptOutcome } from '../../src/delivery/outbox-ports.ts'
import { createSmtpProvider, smtpEntry } from '../../src/delivery/providers/smtp/smtp.ts'
import { createReturnTokens } from '../../src/delivery/receipts/callback-urls.ts'
import { createReceiptDesk } from '../../src/delivery/receipts/desk.ts'
import type { Callback, Receipt } from '../../src/delivery/receipts/ports.ts'
import { createTake } from '../../src/delivery/receipts/take-receipt.ts'
import { createClock } from '../../src/kernel/clock.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { recipientContext } from '../../src/kernel/sealing.ts'
import { composeReports } from '../../src/service/compose-receipts.ts'
import type { Store } from '../../src/storage/store.ts'
import { expectNothingQuoted, lost } from './callbacks.ts'
import { fixedClock } from './messages.ts'

const SECRET = 'a-secret-of-the-mail-server'
const SMTP = { SMTP_URL: 'smtp://127.0.0.1:25', MAIL_FROM: 'no-reply@example.com' }
const VERIFICATION = 'vrf_0123456789abcdefghijklmnopqrstuv'
const TRY = 'att_0123456789abcdefghijklmnopqrstuv_1_1'
const TO = 'ada@example.net'

const keyring = createKeyring([Buffer.alloc(32, 1)])
const tokens = createReturnTokens(keyring)
const TOKEN = tokens.of('smtp', TRY)

const fill = (mail: string, { token = TOKEN, to = TO } = {}) =>
  mail.replaceAll('@TOKEN@', token).replaceAll('@TO@', to)
const fixture = (name: string) =>
  fill(readFileSync(new URL(`bounces/${name}.eml`, import.meta.url), 'utf8'))

function posted(mail: string | Uint8Array, authorization = `Bearer ${SECRET}`): Callback {
  const url = 'https://verify.example.com/receipts/dsn'
  const headers = { authorization }
  return { method: 'POST', url, query: new URLSearchParams(), headers, body: Buffer.from(mail) }
}

function openDesk(to = TO) {
  const smtp = createSmtpProvider(smtpEntry.read({ ...SMTP, SMTP_DSN_TOKEN: SECRET }))
  const recipient = {
    ...{ verificationId: VERIFICATION, service: 'shop' },
    recipientSealed: keyring.seal(to, recipientContext(VERIFICATION)),
  }
  const about = { channel: 'email', country: null, of: 'real', recipient } as const
  const moved = { kind: 'moved', from: 'smtp', afterMs: 1, requeued: null, ...about } as const
  const receive = vi.fn(async (): Promise<ReceiptOutcome> => moved)
  const [add, record] = [vi.fn(async () => undefined), vi.fn()]
  const ignore = () => {}
  const take = createTake({
    ...{ outbox: { receive }, keyring, clock: fixedClock, rests: { record } },
    suppress: { add, start: async () => undefined },
    ...{ next: () => undefined, decoys: { learn: ignore } },
    ...{ wake: ignore, onReceipt: ignore, onFailover: ignore },
  })
  const desk = createReceiptDesk({
    ...{ publicUrl: 'http://localhost', urls: null, tokens, providers: [smtp] },
    ...{ take, clock: fixedClock, servicesBy: () => [] },
    suppress: { add, start: async () => undefined },
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  })
  return { desk, receive, add, record, reader: smtp.receipts }
}

async function read(mail: string | Uint8Array) {
  const reports = await openDesk().reader?.read(posted(mail))
  for (const { recipient: _, ...report } of (reports ?? []) as Receipt[])
    expectNothingQuoted([report])
  return reports
}

/** The lines of a report, and of the returned mail. */
function bounce(
  status: string,
  { type = 'text/rfc822-headers', encoding = '7bit', headers = `Countersign-Try: ${TOKEN}` } = {},
) {
  const encode = (text: string) => {
    if (encoding === 'base64') return Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\n')
    return encoding === 'quoted-printable'
      ? text.replace(/[=_.-]/g, toHex).replace(/.{60}/g, '$&=\n')
      : text
  }
  const part = (as: string, text: string) =>
    `--b\nContent-Type: ${as}\nContent-Transfer-Encoding: ${encoding}\n\n${encode(text)}\n\n`
  const top = 'Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n'
  return `${top}--b\n\nIt was not delivered.\n\n${part('message/delivery-status', status)}${part(type, `${headers}\nSubject: x\n\nBody`)}--b--\n`
}
const toHex = (one: string) => `=${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
const status = (fields: Record<string, string>, address = TO) => {
  const all = { 'Final-Recipient': `rfc822; ${address}`, Action: 'failed', ...fields }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return `Reporting-MTA: dns; mx.example.net\n\n${lines.join('\n')}\n`
}

describe('a bounce', () => {
  it.each([
    ['postfix', 'smtp_550_5.1.1', 'recipient'],
    ['postfix-expired', 'smtp_452_4.2.2', 'message'],
    ['exim', 'smtp_550_5.1.1', 'recipient'],
    ['exim-plain', 'smtp_550', 'recipient'],
    ['office365', 'smtp_550_5.1.10', 'recipient'],
    ['gmail', 'smtp_550_5.1.1', 'recipient'],
    ['sendmail', 'smtp_550_5.2.1', 'recipient'],
  ])('of %s is read, with either end of line', async (name, code, fault) => {
    const expected = [
      expect.objectContaining({ ...lost(code, fault), token: TOKEN, recipient: TO }),
    ]
    expect(await read(fixture(name))).toEqual(expected)
    expect(await read(fixture(name).replaceAll('\n', '\r\n'))).toEqual(expected)
  })

  it.each([
    [{ Status: '5.1.1' }, 'smtp_550_5.1.1', 'recipient'],
    [
      { Status: '5.1.1 (bad destination)', 'Diagnostic-Code': 'X-Postfix; unknown' },
      'smtp_550_5.1.1',
      'recipient',
    ],
    [{ Status: '5.7.1', 'Diagnostic-Code': 'smtp; 554 5.7.1 spam' }, 'smtp_554_5.7.1', 'message'],
    [
      { Status: '4.4.7', 'Diagnostic-Code': 'smtp; 550 4.4.7 expired' },
      'smtp_450_4.4.7',
      'message',
    ],
    [{ Status: 'nonsense' }, 'smtp_550', 'recipient'],
    [{ Status: '4.4.1' }, 'smtp_450_4.4.1', 'message'],
    // Any server on the way may say so: no provider rests for it.
    [{ Status: '5.7.8', 'Diagnostic-Code': 'smtp; 535 5.7.8 no' }, 'smtp_535_5.7.8', 'message'],
    [{ Status: '5.0.0', 'Diagnostic-Code': 'smtp; 530 log in' }, 'smtp_530', 'message'],
  ])('C53: %j is %s, by fault of the %s', async (fields, code, fault) => {
    expect(await read(bounce(status(fields)))).toMatchObject([lost(code, fault)])
  })

  it.each([
    ['delivered', [{ state: 'delivered' }]],
    ['relayed (to a server without DSN)', [{ state: 'sent' }]],
    ['expanded', [{ state: 'sent' }]],
    ['delayed', []],
    ['invented', []],
  ])('whose action is %s', async (Action, expected) => {
    expect(await read(bounce(status({ Action, Status: '5.1.1' })))).toMatchObject(expected)
  })

  it('of several people behind one address is delivered where one of them has it', async () => {
    const other = status({ Action: 'delivered', Status: '2.0.0' }, 'bob@example.net')
    const both = `${status({ Status: '5.1.1' })}\n${other.split('\n\n')[1]}`
    expect(await read(bounce(both))).toMatchObject([{ state: 'delivered', token: TOKEN }])
  })

  it.each(['base64', 'quoted-printable', '7bit'])('is decoded from %s', async (encoding) => {
    const report = bounce(status({ Status: '5.1.1' }), { encoding })
    expect(await read(report)).toMatchObject([
      { ...lost('smtp_550_5.1.1', 'recipient'), token: TOKEN },
    ])
  })

  it('names its mail by the envelope’s id, or by the header where a relay gave it another', async () => {
    const withId = (id: string) => `Original-Envelope-Id: ${id}\n${status({ Status: '5.1.1' })}`
    const other = tokens.of('smtp', TRY.replace('_1_1', '_1_2'))
    expect(await read(bounce(withId(other)))).toMatchObject([{ token: other }])
    expect(await read(bounce(withId('1xXwLM-0006dT-0C')))).toMatchObject([{ token: TOKEN }])
    expect(await read(bounce(withId(TOKEN), { headers: 'X: y' }))).toMatchObject([{ token: TOKEN }])
    expect(await read(bounce(status({ Status: '5.1.1' }), { headers: 'X: y' }))).toEqual([])
  })

  it('is not looked for in the mail that it returns', async () => {
    const inner = bounce(status({ Status: '5.1.1' }))
    const outer = bounce(status({ Action: 'delayed', Status: '4.4.1' }), {
      ...{ type: 'message/rfc822', headers: `Countersign-Try: ${TOKEN}\n${inner}` },
    })
    expect(await read(outer)).toEqual([])
  })

  it('that was cut off says what is there', async () => {
    const whole = fixture('postfix')
    const end = whole.indexOf('Undelivered Message Headers')
    expect(await read(whole.slice(0, end))).toMatchObject([
      { token: TOKEN, ...lost('smtp_550_5.1.1', 'recipient') },
    ])
    expect(await read(whole.slice(0, whole.indexOf('Final-Recipient')))).toEqual([])
  })
})

describe('C55: what is none', () => {
  const KIB_256 = 256 * 1024
  const repeat = (text: string) => text.repeat(Math.floor(KIB_256 / text.length))
  const head = 'Content-Type: multipart/report; boundary=b\nX: delivery-status\n\n'
  const nested = Array.from(
    { length: 2_000 },
    (_, i) => `--b${i}\nContent-Type: multipart/mixed; boundary=b${i + 1}\n\n`,
  )
  it.each([
    ['empty', ''],
    ['a letter', 'From: ada@example.net\nSubject: Hello\n\nWhere is my code?\n'],
    ['an answer from a holiday', `Auto-Submitted: auto-replied\n\n${TOKEN} delivery-status`],
    ['bytes', Buffer.from(repeat('delivery-status\u0000\uffff'), 'latin1')],
    ['10^5 parts', head + repeat('--b\n')],
    ['as many parts as lines', head + '--b\n'.repeat(4_990)],
    ['parts with headers', head + repeat('--b\nA: b\n\n')],
    ['a thousand levels', head.replace('=b', '=b0') + nested.join('')],
    ['headers without end', repeat('X-delivery-status: y\n')],
    ['one header without end', `delivery-status: ${repeat('x')}`],
    ['folded for ever', `delivery-status: x${repeat('\n x')}`],
    ['comments', `Content-Type: multipart/report; boundary=b${repeat('(')}\n\ndelivery-status`],
    ['addresses', `To: ${repeat('a@b,')}\n\ndelivery-status`],
    ['encoded words', `Subject: ${repeat('=?utf-8?Q?=61?= ')}\n\ndelivery-status`],
    ['groups', bounce(repeat('Action: failed\n\n'), { headers: 'X: y' })],
    ['blanks', bounce(repeat(' \t'), { headers: 'X: y' })],
    ['entities', `Content-Type: text/html\n\n<!--delivery-status-->${repeat('&lt;<a ')}`],
  ])('reports nothing, and holds nothing up: %s', async (_, mail) => {
    const reader = openDesk().reader
    await reader?.read(posted('delivery-status'))
    const began = process.cpuUsage()
    expect(await reader?.read(posted(mail))).toEqual([])
    const { user, system } = process.cpuUsage(began)
    // Some 50 ms on a quiet machine; other tests run in this process, too.
    expect((user + system) / 1000).toBeLessThan(3_000)
  })
})

it('C55: a bounce of more parts than any has is not parsed, whose cost would be their square', async () => {
  const { reader } = openDesk()
  const plain = fixture('postfix')
  const [, boundary = ''] = /boundary="([^"]+)"/.exec(plain) ?? []
  const empty = `--${boundary}\r\n\r\n`
  const withParts = (count: number) =>
    plain.replace(`--${boundary}`, `${empty.repeat(count)}--${boundary}`)
  expect(await reader?.read(posted(withParts(100)))).toHaveLength(1)
  expect(await reader?.read(posted(withParts(200)))).toEqual([])
})

describe('where bounces are handed on', () => {
  it.each([
    ['Bearer', `Bearer ${SECRET}`],
    ['bearer', `bearer ${SECRET}`],
    ['Basic', `Basic ${Buffer.from(`postfix:${SECRET}`).toString('base64')}`],
  ])('takes the secret as %s', async (_, authorization) => {
    const { desk, receive } = openDesk()
    expect(desk.room('dsn', posted('', authorization))).toMatchObject({ bytes: 256 * 1024 })
    expect(await desk.take('dsn', posted(fixture('postfix'), authorization))).toBe('taken')
    expect(receive).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ key: { provider: 'smtp', tryId: TRY, reference: null } }),
    )
  })

  it.each(['', 'Bearer', `Bearer ${SECRET}x`, `Basic ${SECRET}`, SECRET, `Digest ${SECRET}`])(
    'refuses others before their body is read: %j',
    async (authorization) => {
      const { desk, receive } = openDesk()
      expect(desk.room('dsn', posted('', authorization))).toBe('refused')
      expect(await desk.take('dsn', posted(fixture('postfix'), authorization))).toBe('refused')
      expect(receive).not.toHaveBeenCalled()
    },
  )

  it('has no other address, and none without the setting', async () => {
    const { desk } = openDesk()
    expect(await desk.take('smtp', posted(fixture('postfix')))).toBe('nobody')
    expect(createSmtpProvider(smtpEntry.read(SMTP)).receipts).toBeUndefined()
  })

  it('I16: a bounce with a token that was made up, altered or made for another provider changes nothing', async () => {
    const { desk, receive, add } = openDesk()
    const altered = `${TOKEN.slice(0, -4)}AAAA`
    const ofAnother = TOKEN.replace('_1_1.', '_1_2.')
    for (const token of [altered, ofAnother, tokens.of('http', TRY), `${TRY}.`, TRY]) {
      const mail = fixture('postfix').replaceAll(TOKEN, token)
      expect(await desk.take('dsn', posted(mail))).toBe('taken')
    }
    expect(receive).not.toHaveBeenCalled()
    expect(add).not.toHaveBeenCalled()
  })

  it('suppresses by the table of answers, and only whom it is about', async () => {
    const reasonFor = async (mail: string, to = TO) => {
      const { desk, add, record } = openDesk(to)
      await desk.take('dsn', posted(mail))
      expect(record).not.toHaveBeenCalled()
      return (add.mock.calls as unknown as [{ reason: string; code: string }][]).map(
        ([{ reason, code }]) => [reason, code],
      )
    }
    expect(await reasonFor(fixture('postfix'))).toEqual([['unknown', 'smtp_550_5.1.1']])
    expect(await reasonFor(fixture('sendmail'))).toEqual([['bounce', 'smtp_550_5.2.1']])
    expect(await reasonFor(fixture('postfix'), 'Ada@Example.NET')).toHaveLength(1)
    for (const name of ['postfix-expired', 'exim-plain'])
      expect(await reasonFor(fixture(name))).toEqual([])
    // One of a list has gone; the list has not.
    expect(await reasonFor(fixture('postfix'), 'team@example.net')).toEqual([])
  })

  it.each(['short', 'with blanks in the token', 'mit-ümlaut-im-token'])(
    'no token of %s is taken',
    (token) => {
      expect(() => smtpEntry.read({ ...SMTP, SMTP_DSN_TOKEN: token })).toThrow(/SMTP_DSN_TOKEN/)
    },
  )

  it('C54: no step of a chain waits for them, but a message may go to the next provider', () => {
    const smtp = createSmtpProvider(smtpEntry.read({ ...SMTP, SMTP_DSN_TOKEN: SECRET }))
    const plain = createSmtpProvider(smtpEntry.read(SMTP))
    const config = { publicUrl: null, services: new Map(), routes: {}, serviceRoutes: new Map() }
    const store = { outbox: {} } as Store
    const beside = { keyring, store, clock: createClock() }
    const reports = composeReports(config, { ...beside, providers: [smtp] })
    expect([reports.isReporting(smtp), reports.reportsArrival(smtp)]).toEqual([true, false])
    expect(reports.returnTokenOf({ provider: 'smtp', tryId: TRY })).toBe(TOKEN)
    expect(reports.callbackUrlOf({ provider: 'smtp', tryId: TRY })).toBeNull()
    const without = composeReports(config, { ...beside, providers: [plain] })
    expect([without.isReporting(plain), without.reportsArrival(plain)]).toEqual([false, false])
    expect(without.returnTokenOf({ provider: 'smtp', tryId: TRY })).toBeNull()
  })
})
