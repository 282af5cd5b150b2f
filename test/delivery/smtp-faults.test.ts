import type { Socket } from 'node:net'
import type { SMTPServerOptions } from 'smtp-server'
import { afterEach, describe, expect, it } from 'vitest'
import type { OutgoingMessage, Provider } from '../../src/delivery/ports.ts'
import { createSmtpProvider, smtpEntry } from '../../src/delivery/providers/smtp/smtp.ts'
import { mailMessage } from './messages.ts'
import { startScript as startScriptedServer, TO_DATA, WHOLE } from './smtp-script.ts'
import { type MailServer, startMailServer } from './smtp-server.ts'
import { deadlineAfter, inTime } from './stalled.ts'

/** Where the server answers at once: only a net. */
const ANSWERED_MS = 20_000
const FROM = 'Example <no-reply@example.com>'

const closers: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function create(url: string, from = FROM): Provider {
  const provider = createSmtpProvider(smtpEntry.read({ SMTP_URL: url, MAIL_FROM: from }))
  closers.push(() => provider.close?.())
  return provider
}
async function start(options?: SMTPServerOptions): Promise<MailServer> {
  const server = await startMailServer(options)
  closers.push(server.close)
  return server
}
async function send(provider: Provider, deadline = AbortSignal.timeout(ANSWERED_MS)) {
  const message: OutgoingMessage = mailMessage()
  const result = await inTime(deadline, (signal) => provider.send(message, signal))
  const text = JSON.stringify(result)
  expect(text).not.toContain(message.to)
  expect(text).not.toContain(message.code)
  return result
}
/** Soon, wherever the request is then. */
const soon = () => deadlineAfter(() => true)
const isWhole = (heard: readonly string[]) => heard.join('').endsWith('\r\n.\r\n')

describe('a mail server in trouble', () => {
  async function startScript(lines: readonly string[], onEnd?: (socket: Socket) => void) {
    const server = await startScriptedServer(lines, onEnd)
    closers.push(server.close)
    return server
  }

  it('C21: is silent: temporary, nothing was sent', async () => {
    const { url } = await startScript([])
    expect(await send(create(url), soon())).toMatchObject({
      kind: 'temporary',
      error: { code: 'timeout' },
    })
  })

  it('C21: stalls before DATA: temporary', async () => {
    const { url } = await startScript(TO_DATA)
    expect(await send(create(url), soon())).toMatchObject({
      kind: 'temporary',
      error: { code: 'timeout' },
    })
  })

  it('C21: stalls after DATA: ambiguous', async () => {
    const { url, heard } = await startScript([...TO_DATA, '354 go on'])
    const deadline = deadlineAfter(() => isWhole(heard))
    expect(await send(create(url), deadline)).toMatchObject({
      ...{ kind: 'ambiguous', error: { code: 'timeout' } },
    })
    expect(heard.join('')).toContain('4711471147')
  })

  it('C67: stalls or disconnects after the final dot: it may have been accepted', async () => {
    for (const onEnd of [() => {}, (socket: Socket) => socket.destroy()]) {
      const { url, heard } = await startScript([...TO_DATA, '354 go on'], onEnd)
      const deadline = deadlineAfter(() => isWhole(heard))
      expect((await send(create(url), deadline)).kind).toBe('ambiguous')
      expect(isWhole(heard)).toBe(true)
    }
  })

  /** The server's answer decides, not the deadline. */
  const hear = (url: string) => create(url).send(mailMessage(), AbortSignal.timeout(ANSWERED_MS))

  it.each([
    ['421 4.3.2 shutting down', { kind: 'ambiguous', error: { code: 'smtp_421_4.3.2' } }],
    ['421 closing', { kind: 'ambiguous', error: { code: 'smtp_421' } }],
    ['451 4.7.1 try again later', { kind: 'temporary', error: { code: 'smtp_451_4.7.1' } }],
    ['452 4.3.1 full', { kind: 'temporary', error: { code: 'smtp_452_4.3.1' } }],
  ])('C67: answers the final dot with %s', async (answer, result) => {
    const { url } = await startScript([...TO_DATA, '354 go on', answer], (socket) => socket.end())
    expect(await hear(url)).toMatchObject(result)
  })

  it.each([1, 2, 3, 4])(
    'C67: closes with 421 as its answer %i, before DATA: temporary',
    async (at) => {
      const lines = [...TO_DATA.slice(0, at), '421 4.3.2 shutting down']
      const { url } = await startScript(lines, (socket) => socket.end())
      expect((await hear(url)).kind).toBe('temporary')
    },
  )

  it('C67: closes with 421 during the mail: it may have been accepted', async () => {
    const { url } = await startScript([...TO_DATA, '354 go on\r\n421 4.3.2 shutting down'])
    expect((await hear(url)).kind).toBe('ambiguous')
  })

  it('C21: closes after DATA: ambiguous', async () => {
    const { url } = await startScript([...TO_DATA, '354 go on'], (socket) => socket.destroy())
    expect((await send(create(url))).kind).toBe('ambiguous')
  })

  it('C21: closes before DATA: temporary', async () => {
    const { url } = await startScript(TO_DATA.slice(0, 3), (socket) => socket.destroy())
    expect((await send(create(url))).kind).toBe('temporary')
  })

  it('a kept connection that the server drops at the next mail: sent on a new one, once', async () => {
    let drops = 1
    const { url, heard } = await startScript(WHOLE, (socket) => {
      // After the first mail is taken: gone as soon as a second one begins on it.
      if (drops-- > 0) socket.destroy()
    })
    const provider = create(url)
    expect((await send(provider)).kind).toBe('accepted')
    expect((await send(provider)).kind).toBe('accepted')
    expect(heard.join('').match(/^EHLO/gm)?.length).toBe(2)
    expect(heard.join('').match(/^MAIL FROM/gm)?.length).toBe(3)
  })

  it('C21: drips a byte a second', async () => {
    const { url } = await startScript([], (socket) => {
      const timer = setInterval(() => socket.write('2'), 50)
      socket.on('close', () => clearInterval(timer))
    })
    expect((await send(create(url), soon())).kind).toBe('temporary')
  })

  it('C21: is not a mail server', async () => {
    const { url } = await startScript(['HTTP/1.1 400 Bad Request'])
    expect((await send(create(url), soon())).kind).toBe('temporary')
  })

  it('C21: refuses connections', async () => {
    const server = await startMailServer()
    await server.close()
    const result = await send(create(`smtp://127.0.0.1:${server.port}`))
    expect(result).toMatchObject({ kind: 'temporary', error: { code: 'connection_refused' } })
  })

  it('C22: a hanging one occupies no place for longer than its deadline', async () => {
    let hanging = true
    const server = await start({
      disabledCommands: ['STARTTLS'],
      onMailFrom: (_address, _session, done) => {
        if (!hanging) done()
      },
    })
    const provider = create(`smtp://127.0.0.1:${server.port}?maxConnections=1`)
    const stuck = await Promise.all([send(provider, soon()), send(provider, soon())])
    expect(stuck.map((result) => result.kind)).toEqual(['temporary', 'temporary'])
    hanging = false
    expect((await send(provider)).kind).toBe('accepted')
  })
})
