// C67: a mail server that is late. PHPMailer 1072: a banner after six seconds, no mail at all; Rocket.Chat 26690: a 250 after
// twelve, three mails. Time is moved, not waited for.

import { Socket } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createSmtpProvider, smtpEntry } from '../../src/delivery/providers/smtp/smtp.ts'
import { mailMessage } from './messages.ts'
import { type ScriptedServer, startScript, TO_DATA, WHOLE } from './smtp-script.ts'
import { openWorld, type World } from './world.ts'

/** The longest DELIVERY_DEADLINE_SECONDS that may be set. */
const LONGEST_DEADLINE_MS = 30_000
/** A net under a broken line: the test itself waits for no time. */
const until = (condition: () => unknown) =>
  vi.waitUntil(condition, { timeout: 15_000, interval: 5 })

let server: ScriptedServer
let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  await world.close()
  await server.close()
})

const provide = () =>
  createSmtpProvider(smtpEntry.read({ SMTP_URL: server.url, MAIL_FROM: 'a@example.com' }))

it('C67: a greeting that takes as long as the deadline allows is waited for', async () => {
  const [banner = '', ...rest] = WHOLE
  server = await startScript([], (socket) => {
    const left = [...rest]
    if (socket.bytesRead === 0) return
    const line = left[answered]
    answered += 1
    if (line !== undefined) socket.write(`${line}\r\n`)
  })
  let answered = 0
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const provider = provide()
  const sending = provider.send(mailMessage(), new AbortController().signal)
  await new Promise<void>((resolve) => {
    const look = () => (server.sockets.size > 0 ? resolve() : setImmediate(look))
    look()
  })
  await vi.advanceTimersByTimeAsync(LONGEST_DEADLINE_MS - 1_000)
  for (const socket of server.sockets) socket.write(`${banner}\r\n`)
  expect((await sending).kind).toBe('accepted')
  await provider.close?.()
})

it('C67: between two words of a server there may be as long as the deadline', async () => {
  const timeouts = vi.spyOn(Socket.prototype, 'setTimeout')
  server = await startScript(WHOLE)
  const provider = provide()
  const result = await provider.send(mailMessage(), AbortSignal.timeout(20_000))
  expect(result.kind).toBe('accepted')
  const set = timeouts.mock.calls.map(([ms]) => ms).filter((ms) => ms > 0)
  expect(Math.min(...set)).toBeGreaterThan(LONGEST_DEADLINE_MS)
  await provider.close?.()
})

it.each([
  ['silence', []],
  ['421', ['421 4.3.2 shutting down']],
])(
  'C67: %s after the final dot: at most three mails, all with one Message-ID',
  async (_, answer) => {
    server = await startScript([...TO_DATA, '354 go on', ...answer])
    const smtp = provide()
    const worker = world.work({ providers: [smtp], deadlineMs: 300, random: () => 0 })
    const { id } = await world.begin({ channel: 'email', to: 'ada@example.com' })
    worker.wake()
    await until(async () => (await world.delivery(id)).status === 'failed')
    const ids = [...server.heard.join('').matchAll(/^Message-ID:\s+(.*)\r$/gim)].map(
      ([, one]) => one,
    )
    expect(ids.length).toBeGreaterThan(0)
    expect(ids.length).toBeLessThanOrEqual(3)
    expect(new Set(ids)).toEqual(new Set([`<${(await world.delivery(id)).id}@example.com>`]))
    await smtp.close?.()
  },
)
