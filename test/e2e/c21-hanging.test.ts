// C21, and what may never wait: a gateway that hangs holds up no answer and no other channel; a queue full of
// checks holds up no start that has a minted code. Told by order, not by the clock.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FaultServer, hang, startFaultServer } from '../delivery/fault-server.ts'
import {
  ADMIN_KEY,
  codeFor,
  LIGHT,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  UNLIMITED,
  waitFor,
  wrong,
} from './service-process.ts'
import { startSmtpSink } from './smtp-sink-process.ts'

let directory: ReturnType<typeof temporaryDirectory>
let service: ServiceProcess
beforeEach(() => {
  directory = temporaryDirectory()
})
afterEach(async () => {
  service.kill('SIGKILL')
  await service.exited
  directory.remove()
})

describe('a gateway that hangs', () => {
  let gateway: FaultServer
  beforeEach(async () => {
    gateway = await startFaultServer(hang)
  })
  afterEach(() => gateway.close())

  it('C21: starts are answered anyway, and mail goes out before the gateway’s deadline', async () => {
    const sink = await startSmtpSink()
    try {
      service = await startService(directory.path, {
        ...LIGHT,
        ...UNLIMITED,
        HTTP_SMS_URL: gateway.url,
        HTTP_SMS_BODY: '{"id":"{{verification_id}}"}',
        SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
        MAIL_FROM: 'Countersign <codes@example.com>',
      })
      const start = (to: string) => service.post('/verify/start', { to })
      // More than the channel has places.
      const stuck = await Promise.all(
        Array.from({ length: 30 }, (_, n) => start(`+1415555${2000 + n}`)),
      )
      expect(stuck.map(({ status }) => status)).toEqual(Array(30).fill(201))
      await waitFor('the channel to be full', () => gateway.seen.length === 20 || undefined)
      const mails = Array.from({ length: 40 }, (_, n) => `time-${n}@example.com`)
      for (const { status } of await Promise.all(mails.map(start))) expect(status).toBe(201)
      await waitFor('every mail', () => sink.mails.length === mails.length || undefined, 8_000)
      // None of the hanging ones has met its deadline yet: nobody waited for them.
      const looks = stuck.map(async ({ body }) => (await service.get(`/verify/${body.id}`)).body)
      const waiting = (await Promise.all(looks)).map((view) => view.delivery_status)
      expect(new Set(waiting)).toEqual(new Set(['sending', 'queued']))
      expect(gateway.seen.length).toBe(20)
      const ready = await service.get('/readyz')
      expect(ready.status).toBe(200)
    } finally {
      await sink.stop()
    }
  })
})

describe('a hasher with a full queue', () => {
  const MINTED = 4
  const CHECKS = 20
  const MAX_ATTEMPTS = 10
  /** Some 25 ms a hash: on a busy machine, too, all of them stay within the hasher's deadline. */
  const SLOW = { ARGON2_MEMORY_KIB: '16384', ARGON2_PASSES: '2', HASH_CONCURRENCY: '1' }

  const mintFull = () =>
    waitFor('the mint to be full', async () => {
      const headers = { authorization: `Bearer ${ADMIN_KEY}` }
      const text = await (await fetch(`${service.url}/metrics`, { headers })).text()
      const codes = (state: string) =>
        text.match(`countersign_mint_codes{state="${state}"} (\\d+)`)?.[1]
      return (codes('ready') !== undefined && codes('ready') === codes('capacity')) || undefined
    })

  it('a start with a minted code never waits for argon2', async () => {
    const env = {
      ...LIGHT,
      ...UNLIMITED,
      ...SLOW,
      MINT_SIZE: String(MINTED),
      MAX_ATTEMPTS: String(MAX_ATTEMPTS),
    }
    service = await startService(directory.path, env)
    const start = (to: string) => service.post('/verify/start', { to })
    const begun: { id: string; code: string }[] = []
    for (let n = 0; n < CHECKS / MAX_ATTEMPTS; n += 1) {
      const { id } = (await start(`busy-${n}@example.com`)).body
      begun.push({ id, code: await codeFor(service, id) })
    }
    await mintFull()
    let answered = 0
    const checks = begun.flatMap(({ id, code }) =>
      Array.from({ length: MAX_ATTEMPTS }, async () => {
        const { status } = await service.post('/verify/check', { id, code: wrong(code) })
        answered += 1
        return status
      }),
    )
    await waitFor('the first comparison', () => answered > 0 || undefined)
    for (let n = 0; n < MINTED; n += 1)
      expect((await start(`minted-${n}@example.com`)).status).toBe(201)
    expect(answered, 'the queue was still long when the last start was answered').toBeLessThan(
      CHECKS / 2,
    )
    // The pool is empty now: this one stands behind the checks, and still is answered.
    expect((await start('hashed@example.com')).status).toBe(201)
    expect(answered).toBeGreaterThan(CHECKS / 2)
    expect(await Promise.all(checks)).toEqual(Array(CHECKS).fill(422))
  })
})
