// C55: forged receipts as fast as sockets carry them, for a while. Each is refused and nothing changes; starts and checks are
// answered meanwhile, the log has one line a minute, and the process stays small.

import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type MadeUp, providerSettings, startMadeUp } from '../delivery/made-up-providers.ts'
import { LONG } from '../long.ts'
import { quiet } from '../quiet.ts'
import {
  type ServiceProcess,
  startService,
  temporaryDirectory,
  UNLIMITED,
  waitFor,
} from './service-process.ts'

const FORGED = LONG ? 100_000 : 10_000
const SOCKETS = 8
/** Of one socket at once: it answers them one after the other. */
const AT_ONCE = 50
const ANSWERED_WITHIN_MS = 2_000
/** Of the second half: after the first one the heap has its working size, and what each of them left behind would be growth. */
const MAX_GROWTH_MIB = 80
/** Jiffies of /proc, a hundred a second. */
const JIFFY_MS = 10

let providers: MadeUp
let service: ServiceProcess
const directory = temporaryDirectory()
beforeAll(async () => {
  providers = await startMadeUp()
  service = await startService(directory.path, {
    ...UNLIMITED,
    ...providerSettings(providers.url),
  })
})
afterAll(async () => {
  await service.stop()
  await providers.close()
  directory.remove()
})

/** Of the service: CPU in milliseconds and memory in MiB; none where there is no /proc. */
function usage(): { cpuMs: number; rssMib: number } {
  const { pid } = service.child
  if (!existsSync(`/proc/${pid}/stat`)) return { cpuMs: 0, rssMib: 0 }
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  const cpuMs = (Number(fields[11]) + Number(fields[12])) * JIFFY_MS
  return { cpuMs, rssMib: Number(rss) / 1024 }
}

/** @returns how many were answered with each status */
function flood(requests: readonly string[]): Promise<Record<string, number>> {
  const { hostname, port } = new URL(service.url)
  const counts: Record<string, number> = {}
  const { promise, resolve, reject } = Promise.withResolvers<typeof counts>()
  const socket = connect(Number(port), hostname)
  let [sent, answered, rest] = [0, 0, '']
  const send = () => {
    const batch = requests.slice(sent, sent + AT_ONCE)
    sent += batch.length
    socket.write(batch.join(''))
  }
  socket.setEncoding('latin1').on('data', (text: string) => {
    const heads = (rest + text).split('HTTP/1.1 ')
    rest = heads.length > 1 ? `HTTP/1.1 ${heads.pop()}` : rest + text
    for (const head of heads) {
      if (!/^\d{3} /.test(head)) continue
      counts[head.slice(0, 3)] = (counts[head.slice(0, 3)] ?? 0) + 1
      answered += 1
      if (answered % AT_ONCE === AT_ONCE - 1 && sent < requests.length) send()
    }
    // The last one has no successor that would end it.
    if (answered === requests.length - 1 && rest.includes('}')) {
      counts[rest.slice(9, 12)] = (counts[rest.slice(9, 12)] ?? 0) + 1
      socket.destroy()
      resolve(counts)
    }
  })
  socket.on('error', reject).on('connect', send)
  return promise
}

function forge(url: string, n: number): string {
  const { pathname, search } = new URL(url)
  const mac = `mac=${Buffer.alloc(16, n % 251).toString('base64url')}`
  const body = `{"status":"delivered","n":${n}}`
  return [
    `POST ${pathname}${search.replace(/mac=.*/, mac)} HTTP/1.1`,
    ...['host: verify.example.com', 'content-type: application/json'],
    ...[`content-length: ${body.length}`, '', body],
  ].join('\r\n')
}

async function answeredMeanwhile(): Promise<number> {
  const began = performance.now()
  const started = await service.post('/verify/start', { to: '+14155550156' })
  expect(started.status).toBe(201)
  const { id } = started.body
  const message = await waitFor('its message', () => providers.of(id)[0])
  const checked = await service.post('/verify/check', { id, code: message.code })
  expect(checked.status).toBe(200)
  return performance.now() - began
}

it(`C55: ${FORGED} forged receipts change nothing and hold up nobody`, {
  timeout: 400_000,
}, async () => {
  const { id } = (await service.post('/verify/start', { to: '+14155550155' })).body
  const { callbackUrl } = await waitFor('the message', () => providers.of(id)[0])
  await waitFor('its answer', async () => {
    const { delivery_status: status } = (await service.get(`/verify/${id}`)).body
    return status === 'sent' || undefined
  })
  const floodBy = (count: number) =>
    Promise.all(
      Array.from({ length: SOCKETS }, (_, socket) =>
        flood(
          Array.from({ length: count / SOCKETS }, (_, n) => forge(callbackUrl, socket * count + n)),
        ),
      ),
    )
  const began = performance.now()
  const firstHalf = await floodBy(FORGED / 2)
  await answeredMeanwhile()
  const before = usage()
  let isOver = false
  const floods = floodBy(FORGED / 2).finally(() => {
    isOver = true
  })
  const slowest: number[] = []
  do slowest.push(await answeredMeanwhile())
  while (!isOver)
  const counts = [...firstHalf, ...(await floods)]
  const seconds = (performance.now() - began) / 1000
  const after = usage()
  const sum = counts.reduce((all, one) => all + (one['401'] ?? 0), 0)
  expect(sum).toBe(FORGED)
  expect(quiet(Math.max(...slowest))).toBeLessThan(ANSWERED_WITHIN_MS)
  expect((await service.get(`/verify/${id}`)).body.delivery_status).toBe('sent')
  const lines = service.output().split('\n')
  expect(lines.filter((line) => line.includes('receipt')).length).toBeLessThanOrEqual(
    1 + Math.ceil(seconds / 60),
  )
  expect(after.rssMib - before.rssMib).toBeLessThan(MAX_GROWTH_MIB)
  const cpu = (after.cpuMs - before.cpuMs) / (FORGED / 2)
  console.log(
    `C55: ${Math.round(FORGED / seconds)} forged receipts a second, ${cpu.toFixed(3)} ms of CPU each (${slowest.length} starts and checks among them)`,
  )
})
