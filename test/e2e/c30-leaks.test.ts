// C30: a ten-digit code is searched for wherever this service writes: answers, log, files, errors.
// Two real providers take part, and both answer with the very message that they were sent.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { type MailServer, startMailServer } from '../delivery/smtp-server.ts'
import { type MovedProcess, startMoved } from './moved-process.ts'
import {
  ADMIN_KEY,
  type Answer,
  temporaryDirectory,
  UNLIMITED,
  waitFor,
} from './service-process.ts'
import { wrong } from './steered-service.ts'

const SESSION = 'session-that-nobody-may-read'
const PAST_EXPIRY_S = 13
const NUMBER = '+14155552699'

const directory = temporaryDirectory()
let gateway: FaultServer
let mail: MailServer
let service: MovedProcess
const told: string[] = []
/** By recipient: every text that went to it, taken or not. */
const mails: { to: string; text: string }[] = []

/** What the mail server says to the next message that it has read: an error that quotes it. */
let mailError: ((text: string) => Error) | undefined

function quoting(responseCode: number) {
  return (text: string) =>
    Object.assign(new Error(`rejected: ${text.replaceAll(/\s+/g, ' ').slice(-300)}`), {
      responseCode,
    })
}

beforeAll(async () => {
  gateway = await startFaultServer()
  mail = await startMailServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        mails.push({ to: session.envelope.rcptTo[0]?.address ?? '', text })
        done(mailError?.(text))
      })
    },
  })
  service = await startMoved(directory.path, {
    ...UNLIMITED,
    CODE_LENGTH: '10',
    LOG_LEVEL: 'trace',
    SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
    MAIL_FROM: 'codes@example.com',
    HTTP_SMS_URL: `${gateway.url}/send`,
    HTTP_SMS_BODY: '{"to":"{{to}}","text":"{{text}}","code":"{{code}}"}',
    HTTP_SMS_ID_POINTER: '/echo/text',
  })
})
afterAll(async () => {
  service?.kill('SIGKILL')
  await Promise.all([gateway?.close(), mail?.close()])
  directory.remove()
})

const keep = (answer: Answer): Answer => {
  told.push(`${JSON.stringify([...answer.headers])}${JSON.stringify(answer.body)}`)
  return answer
}
const post = async (path: string, body: object, headers?: Record<string, string>) =>
  keep(await service.post(path, body, headers))

/** The code as text, in hexadecimal, and in base64 wherever it begins in a group of three. */
function spellings(code: string): string[] {
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.from(`${'x'.repeat(shift)}${code}`)
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  )
  return [
    code,
    `${code.slice(0, 5)}-${code.slice(5)}`,
    Buffer.from(code).toString('hex'),
    ...base64,
  ]
}

async function everythingWritten(): Promise<[string, string][]> {
  const admin = { authorization: `Bearer ${ADMIN_KEY}` }
  for (const type of ['', '&type=request.refused'])
    keep(await service.get(`/admin/api/events?limit=100${type}`, admin))
  keep(await service.post('/admin/api/events/search', { recipient: NUMBER, limit: 100 }, admin))
  for (const path of ['/dev/inbox', '/openapi.json', '/docs', '/readyz', '/healthz'])
    keep(await service.get(path))
  const files = readdirSync(directory.path).map((name): [string, string] => [
    name,
    readFileSync(join(directory.path, name), 'latin1'),
  ])
  expect(files.map(([name]) => name)).toEqual(
    expect.arrayContaining(['countersign.db', 'countersign.db-wal', 'limits.db']),
  )
  return [['answers', told.join('\n')], ['log and standard error', service.output()], ...files]
}

async function expectNowhere(codes: string[], recipients: string[]): Promise<void> {
  for (const [place, text] of await everythingWritten()) {
    for (const code of codes)
      for (const spelt of spellings(code))
        expect(text.includes(spelt), `${spelt} in ${place}`).toBe(false)
    expect(text.includes(SESSION), `the session in ${place}`).toBe(false)
    if (place === 'answers') continue
    for (const to of recipients) expect(text.includes(to), `${to} in ${place}`).toBe(false)
  }
}

const smsCode = (id: string) =>
  waitFor('the SMS', async () => {
    const answer = await service.get(`/verify/${id}`)
    const seen = gateway.seen.map(({ body }) => JSON.parse(body))
    const newest = seen.filter(({ to }) => to === answer.body.to).at(-1)
    return newest?.code as string | undefined
  })
const mailCode = (to: string) =>
  waitFor('the mail', () => {
    const text = mails.filter((one) => one.to === to).at(-1)?.text ?? ''
    return /\b\d{10}\b/.exec(text)?.[0]
  })
const deliveryOf = (id: string, status: string) =>
  waitFor(`${id} to be ${status}`, async () => {
    const { body } = keep(await service.get(`/verify/${id}`))
    return body.deliveries.at(-1).status === status ? body.deliveries.at(-1) : undefined
  })

it('C30: the code is nowhere: start, resend, wrong, right, cancel, expiry, over both providers', {
  timeout: 90_000,
}, async () => {
  gateway.behave((response, { body }) => response.end(`{"echo":${body}}`))
  const to = 'leak.hunt@example.com'
  const codes: string[] = []
  const ids: string[] = []
  for (const recipient of [NUMBER, to]) {
    const key = { 'idempotency-key': `start ${recipient}` }
    const start = () => post('/verify/start', { to: recipient, session: SESSION }, key)
    const { id } = (await start()).body
    await start()
    await deliveryOf(id, 'sent')
    const code = recipient === to ? await mailCode(to) : await smsCode(id)
    codes.push(code)
    ids.push(id)
    expect(code).toMatch(/^\d{10}$/)
    const check = (body: object, headers = {}) =>
      post('/verify/check', { id, session: SESSION, ...body }, headers)
    expect((await check({ code: wrong(code) }, { 'idempotency-key': `w${id}` })).status).toBe(422)
    // A right code where it does not fit, and one with garbage around it.
    expect((await check({ code, purpose: 'other' })).status).toBe(409)
    expect((await check({ code: `${code}x` })).status).toBe(400)
    expect((await check({ code: Number(code) })).status).toBe(400)
    expect((await check({ code, attempts: code })).status).toBe(400)
    await post('/verify/check', { id: code, code, session: SESSION })
    await service.get(`/verify/${code}`).then(keep)
  }
  await expectNowhere(codes, [NUMBER, to])
  await service.moveWall(31)
  for (const id of ids) {
    expect((await post(`/verify/${id}/resend`, {}, { 'idempotency-key': id })).status).toBe(200)
    await deliveryOf(id, 'sent')
  }
  await expectNowhere(codes, [NUMBER, to])
  for (const [i, id] of ids.entries()) {
    const body = { id, code: codes[i], session: SESSION }
    const key = { 'idempotency-key': 'right' }
    if (i === 0)
      for (let again = 0; again < 2; again += 1)
        expect((await post('/verify/check', body, key)).status).toBe(200)
    else expect((await post(`/verify/${id}/cancel`, {})).status).toBe(200)
    expect((await post('/verify/check', body)).status).toBe(409)
  }
  await expectNowhere(codes, [NUMBER, to])
})

it('C30: nor after a provider’s error that quotes the message', async () => {
  const codes: string[] = []
  const other = '+14155552672'
  for (const [status, verdict] of [
    [500, 'queued'],
    [400, 'failed'],
  ] as const) {
    gateway.behave((response, { body }) =>
      response
        .writeHead(status, { 'x-echo': encodeURIComponent(body), location: `/${body.length}` })
        .end(JSON.stringify({ error: body, message: body, code: body })),
    )
    const { id } = (await post('/verify/start', { to: other })).body
    const delivery = await waitFor('the refusal', async () => {
      const { body } = keep(await service.get(`/verify/${id}`))
      return body.deliveries[0].error ? body.deliveries[0] : undefined
    })
    expect(['queued', 'sending', verdict]).toContain(delivery.status)
    codes.push(await smsCode(id))
    await post(`/verify/${id}/cancel`, {})
  }
  const to = 'quoted@example.com'
  for (const responseCode of [451, 554]) {
    mailError = quoting(responseCode)
    const { id } = (await post('/verify/start', { to })).body
    await waitFor('the refusal', async () => {
      const { body } = keep(await service.get(`/verify/${id}`))
      return body.deliveries[0].error ?? undefined
    })
    codes.push(await mailCode(to))
    await post(`/verify/${id}/cancel`, {})
  }
  mailError = undefined
  expect(new Set(codes).size).toBe(4)
  await expectNowhere(codes, [other, to])
})

it('C30, C37: once a verification that nobody read has expired, code and hash have left the files', {
  timeout: 90_000,
}, async () => {
  gateway.behave((response) => response.writeHead(503).end())
  const { id } = (await post('/verify/start', { to: '+14155552673', ttl_seconds: 300 })).body
  const code = await smsCode(id)
  const files = async () => (await everythingWritten()).map(([, text]) => text).join('')
  expect(await files()).toContain('$argon2id$')
  // Just before the sweeper's grace for running checks is over: the test waits for the rest.
  await service.moveWall(300 + PAST_EXPIRY_S)
  // Nothing is asked of it: only the files are read, until the sweeper came by.
  const began = performance.now()
  const left = () =>
    ['', '-wal'].some((suffix) =>
      readFileSync(join(directory.path, `countersign.db${suffix}`), 'latin1').includes(
        '$argon2id$',
      ),
    )
  await waitFor('the hash to leave the file', () => !left() || undefined, 60_000)
  expect(performance.now() - began).toBeLessThan((60 - PAST_EXPIRY_S) * 1000)
  await expectNowhere([code], [])
  const { body } = keep(await service.get(`/verify/${id}`))
  expect(body.status).toBe('expired')
  expect(['canceled', 'failed']).toContain(body.deliveries[0].status)
  expect(await service.stop()).toBe(0)
})
