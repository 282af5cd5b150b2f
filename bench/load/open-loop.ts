// Starts at a set rate, whatever becomes of them; who gets in checks its code. What a crowd does.
// It must not slow down because the service does (coordinated omission).

import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import type { Gateway } from './gateway.ts'
import { addressOf, phoneOf } from './people.ts'
import { takePeople } from './people-counter.ts'

export type OpenLoopResult = {
  offered: number
  admitted: number
  refused: number
  approved: number
  /** Approved inside the window, for each of its seconds. */
  approvedPerSecond: number
  checksRefused: number
  /** Of starts answered 201, in ms. */
  startMs: number[]
  /** Of checks answered 200, the last try alone, in ms. */
  checkMs: number[]
  healthzMs: number[]
  /** Answers that are neither success nor 503, by status. */
  odd: Record<string, number>
}

const TICK_MS = 10
const HEALTHZ_EVERY_MS = 100
const CONNECTIONS = 512

export async function openLoop(
  gateway: Gateway,
  args: {
    url: string
    apiKey: string
    startsPerSecond: number
    seconds: number
    /** A person whose check got 503 tries again after its Retry-After, so many times. */
    checkRetries: number
  },
): Promise<OpenLoopResult> {
  const pool = new Pool(args.url, { connections: CONNECTIONS, pipelining: 1 })
  const probe = new Pool(args.url, { connections: 1, pipelining: 1 })
  const headers = { authorization: `Bearer ${args.apiKey}`, 'content-type': 'application/json' }
  const result: OpenLoopResult = {
    ...{ offered: 0, admitted: 0, refused: 0, approved: 0, approvedPerSecond: 0, checksRefused: 0 },
    ...{ startMs: [], checkMs: [], healthzMs: [], odd: {} },
  }
  const began = performance.now()
  const end = began + args.seconds * 1000
  const post = async (path: string, body: unknown) => {
    const answer = await pool.request({ method: 'POST', path, headers, body: JSON.stringify(body) })
    const text = await answer.body.text()
    return { status: answer.statusCode, text, waitMs: Number(answer.headers['retry-after']) * 1000 }
  }
  const note = (status: number) => {
    result.odd[status] = (result.odd[status] ?? 0) + 1
  }
  const check = async (id: string, code: string, client_ip: string) => {
    for (let attempt = 0; attempt <= args.checkRetries; attempt += 1) {
      const sent = performance.now()
      const { status, waitMs } = await post('/verify/check', { id, code, client_ip })
      const now = performance.now()
      if (status === 200) {
        result.approved += now <= end ? 1 : 0
        return void result.checkMs.push(now - sent)
      }
      if (status !== 503) return note(status)
      result.checksRefused += 1
      if (now > end) return
      // RFC 9110 §10.2.3, with jitter so that those refused together don't come together.
      await sleep(waitMs * (1 + Math.random() / 2))
    }
  }
  const flow = async (index: number, dueAt: number) => {
    const client_ip = addressOf(index)
    const { status, text } = await post('/verify/start', { to: phoneOf(index), client_ip })
    if (status === 503) {
      result.refused += 1
      return
    }
    if (status !== 201) return note(status)
    result.admitted += 1
    // From when it was due, not from when the socket took it.
    result.startMs.push(performance.now() - dueAt)
    const { id } = JSON.parse(text)
    await check(id, await gateway.codeFor(id), client_ip)
  }
  const probing = (async () => {
    while (performance.now() < end) {
      const sent = performance.now()
      const answer = await probe.request({ method: 'GET', path: '/healthz' })
      await answer.body.dump()
      result.healthzMs.push(performance.now() - sent)
      await sleep(HEALTHZ_EVERY_MS)
    }
  })()
  const flows: Promise<void>[] = []
  while (performance.now() < end) {
    const due = Math.floor(((performance.now() - began) / 1000) * args.startsPerSecond)
    for (; result.offered < due; result.offered += 1)
      flows.push(flow(takePeople(), began + (result.offered / args.startsPerSecond) * 1000))
    await sleep(TICK_MS)
  }
  await Promise.all([probing, ...flows])
  result.approvedPerSecond = result.approved / args.seconds
  await Promise.all([pool.close(), probe.close()])
  return result
}
