// People who log in at random moments, at one service or several on one file, while somebody follows the log.
// It must not wait for a time: each person waits for their message.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from '../chaos/seeded.ts'
import { type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { ADMIN_KEY, type ServiceProcess, wrong } from '../e2e/service-process.ts'

const PEOPLE_AT_ONCE = 12
const LONGEST_PAUSE_MS = 6

export type Mailbox = {
  env: Record<string, string>
  codeOf(id: string): Promise<string>
  close: FaultServer['close']
}

/** An HTTP gateway that takes every message. */
export async function startMailbox(): Promise<Mailbox> {
  const codes = new Map<string, PromiseWithResolvers<string>>()
  const placeOf = (id: string) => {
    const place = codes.get(id) ?? Promise.withResolvers<string>()
    codes.set(id, place)
    return place
  }
  const gateway = await startFaultServer((response, { body }) => {
    const { id, code } = JSON.parse(body)
    placeOf(id).resolve(code)
    response.writeHead(200).end('{}')
  })
  return {
    env: {
      HTTP_SMS_URL: gateway.url,
      HTTP_SMS_BODY: '{"id":"{{verification_id}}","code":"{{code}}"}',
    },
    codeOf: (id) => placeOf(id).promise,
    close: gateway.close,
  }
}

/** Reads the live log until the service ends it. */
export async function followLog(service: ServiceProcess): Promise<void> {
  const { body } = await fetch(`${service.url}/admin/api/verifications/stream`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  })
  const reader = body?.getReader()
  await reader?.read()
  const readOn = async () => {
    while (reader && !(await reader.read()).done);
  }
  readOn().catch(() => {})
}

export type Ended = { id: string; code: string; how: 'approved' | 'canceled' | 'left' }

type World = {
  services: readonly ServiceProcess[]
  mailbox: Mailbox
  chance: Chance
}

async function logIn({ services, mailbox, chance }: World, number: number): Promise<Ended> {
  const at = () => services[chance.between(0, services.length - 1)] as ServiceProcess
  const pause = () => sleep(chance.between(0, LONGEST_PAUSE_MS))
  const check = (id: string, code: string) => at().post('/verify/check', { id, code })
  const started = await at().post('/verify/start', { to: `+1415555${2000 + number}` })
  if (started.status !== 201) throw new Error(`a start was answered ${started.status}`)
  const { id } = started.body
  const code = await mailbox.codeOf(id)
  await pause()
  if (chance.happens(0.4)) await check(id, wrong(code))
  if (chance.happens(0.5)) await at().get(`/verify/${id}`)
  await pause()
  const how = chance.next()
  if (how < 0.1) return { id, code, how: 'left' }
  if (how < 0.2) {
    await at().post(`/verify/${id}/cancel`, {})
    return { id, code, how: 'canceled' }
  }
  // Somebody else looks meanwhile: what they see must be durable, too.
  const looks = at().get(`/verify/${id}`)
  const checked = await check(id, code)
  await looks
  if (checked.status !== 200) throw new Error(`a check was answered ${checked.status}`)
  return { id, code, how: 'approved' }
}

/** @returns how each verification ended */
export async function logInMany(world: World, people: number): Promise<Ended[]> {
  const ended: Ended[] = []
  let next = 0
  const lane = async () => {
    while (next < people) ended.push(await logIn(world, next++))
  }
  await Promise.all(Array.from({ length: PEOPLE_AT_ONCE }, lane))
  return ended
}
