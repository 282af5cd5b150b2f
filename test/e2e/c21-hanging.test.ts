// C21, and what may never wait: a gateway that hangs holds up no answer and no other channel; a queue full of
// checks holds up no start that has a minted code. Told by order, not by the clock.

import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FaultServer, hang, startFaultServer } from '../delivery/fault-server.ts'
import {
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

  it('C21: starts are answered all the same, and mail goes out before the gateway’s deadline', async () => {
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
  /** Some 80 ms a hash: all of them stay within the hasher's deadline. */
  const SLOW = { ARGON2_MEMORY_KIB: '32768', ARGON2_PASSES: '3', HASH_CONCURRENCY: '1' }

  /** utime + stime of /proc/pid/stat (proc(5)): no more hashing, so the mint is full. */
  const cpuTicks = () => {
    const fields = readFileSync(`/proc/${service.child.pid}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ')
    return Number(fields?.[11]) + Number(fields?.[12])
  }
  const mintFull = async () => {
    let before = -1
    let since = performance.now()
    await waitFor(
      'the mint to be full',
      () => {
        const now = cpuTicks()
        if (now > before + 1) since = performance.now()
        before = now
        return performance.now() - since > 400 || undefined
      },
      20_000,
    )
  }

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
