// C41: rows that somebody changed in the file, and keys that were rotated or are missing, on real processes.

import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answer, type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import {
  LIGHT,
  SECRET_KEY,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  UNLIMITED,
  waitFor,
  waitForLine,
  wrong,
} from './service-process.ts'
import { changeRows, readRows } from './stored.ts'

const NEW_KEY = Buffer.from('vutsrqponmlkjihgfedcba9876543210').toString('base64')
const GIB_IN_KIB = 1024 * 1024
const BY_ID = 'verification_seq = (SELECT seq FROM verifications WHERE id = ?)'

let gateway: FaultServer
let directory: ReturnType<typeof temporaryDirectory>
let services: ServiceProcess[]
beforeEach(async () => {
  gateway = await startFaultServer()
  directory = temporaryDirectory()
  services = []
})
afterEach(async () => {
  await Promise.all(services.map((service) => service.stop()))
  await gateway.close()
  directory.remove()
})

async function serve(env: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = await startService(directory.path, {
    ...LIGHT,
    ...UNLIMITED,
    HTTP_SMS_URL: gateway.url,
    HTTP_SMS_BODY: '{"id":"{{verification_id}}","code":"{{code}}"}',
    ...env,
  })
  services.push(service)
  return service
}

let people = 2000
async function start(service: ServiceProcess): Promise<string> {
  const { status, body } = await service.post('/verify/start', { to: `+1415555${people++}` })
  expect(status).toBe(201)
  return body.id
}
const sentFor = (id: string): { code: string }[] =>
  gateway.seen.map(({ body }) => JSON.parse(body)).filter((sent) => sent.id === id)
async function begin(service: ServiceProcess): Promise<{ id: string; code: string }> {
  const id = await start(service)
  const { code } = await waitFor('the message', () => sentFor(id)[0])
  return { id, code }
}
const check = (service: ServiceProcess, id: string, code: string) =>
  service.post('/verify/check', { id, code })
const remaining = async (service: ServiceProcess, id: string) =>
  (await service.get(`/verify/${id}`)).body.attempts_remaining
const hashOf = (id: string) =>
  readRows(directory.path, `SELECT code_hash FROM codes WHERE ${BY_ID}`, id)[0]?.code_hash as string

describe('a row that was changed', () => {
  it('C41: another row’s hash makes neither code valid', async () => {
    const service = await serve()
    const mine = await begin(service)
    const theirs = await begin(service)
    const copied = `UPDATE codes SET code_hash = ? WHERE ${BY_ID}`
    expect(changeRows(directory.path, copied, hashOf(mine.id), theirs.id)).toBe(1)
    for (const code of [mine.code, theirs.code]) {
      const { status, body } = await check(service, theirs.id, code)
      expect([status, body.error]).toEqual([422, 'code_incorrect'])
    }
    expect((await check(service, mine.id, mine.code)).status, 'the row it came from').toBe(200)
    await waitForLine(service, 'stored hash refused')
  })

  it('C41: its sealed code copied as well: nothing of it goes out', async () => {
    gateway.behave(answer(503))
    const service = await serve()
    const mine = await begin(service)
    const theirs = await start(service)
    await waitFor('a try', () => sentFor(theirs)[0])
    const copied = `UPDATE codes SET code_sealed = (SELECT code_sealed FROM codes WHERE ${BY_ID}) WHERE ${BY_ID}`
    expect(changeRows(directory.path, copied, mine.id, theirs)).toBe(1)
    const status = async () => (await service.get(`/verify/${theirs}`)).body.delivery_status
    await waitFor('its end', async () => (await status()) === 'failed' || undefined)
    expect(sentFor(theirs).map(({ code }) => code)).not.toContain(mine.code)
  })

  it('C41: a hash that demands 1 GiB is refused at once, and takes no memory', async () => {
    const service = await serve()
    const { id, code } = await begin(service)
    const dear = hashOf(id).replace(/\$m=\d+,/, `$m=${GIB_IN_KIB},`)
    changeRows(directory.path, `UPDATE codes SET code_hash = ? WHERE ${BY_ID}`, dear, id)
    const peakKib = () =>
      Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${service.child.pid}/status`, 'utf8'))?.[1])
    const before = peakKib()
    const { status, body } = await check(service, id, code)
    expect([status, body.error]).toEqual([422, 'code_incorrect'])
    expect(peakKib() - before).toBeLessThan(GIB_IN_KIB / 8)
    await waitForLine(service, 'too_expensive')
    expect(service.output(), 'the hash itself is no matter of the log').not.toContain(dear)
  })
})

describe('keys', () => {
  it('C41: rotated with codes pending: the old ones verify, and are found by number', async () => {
    const before = await serve()
    const one = await begin(before)
    const two = await begin(before)
    expect(await before.stop()).toBe(0)

    const after = await serve({ SECRET_KEY: NEW_KEY, SECRET_KEY_PREVIOUS: SECRET_KEY })
    expect((await check(after, one.id, wrong(one.code))).body.attempts_remaining).toBe(4)
    expect((await check(after, one.id, one.code)).status).toBe(200)
    const three = await begin(after)
    expect((await check(after, three.id, three.code)).status).toBe(200)
    const keysOf = (id: string) =>
      readRows(directory.path, 'SELECT pepper_key_id FROM verifications WHERE id = ?', id)[0]
    expect(keysOf(three.id)).not.toEqual(keysOf(one.id))
    const ids = (await after.post('/verify/list', { to: `+1415555${people - 2}` })).body
      .verifications
    expect(
      ids.map(({ id }: { id: string }) => id),
      'found by either key’s index',
    ).toEqual([two.id])
    expect((await check(after, two.id, two.code)).status).toBe(200)
  })

  it('C41: a key that this node lacks: 503, uncharged; another node that has it approves', async () => {
    const { id, code } = await begin(await serve())
    const stranger = await serve({ SECRET_KEY: NEW_KEY })
    for (const given of [code, wrong(code)]) {
      const { status, headers, body } = await check(stranger, id, given)
      expect([status, body.error]).toEqual([503, 'store_unavailable'])
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
    const knowing = await serve({ SECRET_KEY: NEW_KEY, SECRET_KEY_PREVIOUS: SECRET_KEY })
    expect(await remaining(knowing, id)).toBe(5)
    expect((await check(knowing, id, code)).status).toBe(200)
  })

  it('C41: only the pepper is unknown (the rest was rewrapped): 503 as well, uncharged', async () => {
    const service = await serve()
    const { id, code } = await begin(service)
    const [row] = readRows(
      directory.path,
      'SELECT pepper_key_id FROM verifications WHERE id = ?',
      id,
    )
    const setKey = 'UPDATE verifications SET pepper_key_id = ? WHERE id = ?'
    changeRows(directory.path, setKey, 'anotherkey', id)
    const { status, body } = await check(service, id, code)
    expect([status, body.error]).toEqual([503, 'store_unavailable'])
    expect(await remaining(service, id)).toBe(5)
    changeRows(directory.path, setKey, row?.pepper_key_id, id)
    expect((await check(service, id, code)).status).toBe(200)
  })

  it('C41: no send is lost to a node without the key: it gives the row back, and one that has it sends', async () => {
    gateway.behave(answer(503))
    const dying = await serve()
    const id = await start(dying)
    await waitFor('a try', () => sentFor(id)[0])
    dying.kill('SIGKILL')
    await dying.exited
    gateway.behave(answer(200))
    // Due now, whatever its backoff or lease was.
    const due = `UPDATE deliveries SET status = 'queued', token = NULL, due_at = 1 WHERE ${BY_ID}`
    changeRows(directory.path, due, id)
    const tries = sentFor(id).length

    const stranger = await serve({ SECRET_KEY: NEW_KEY })
    await begin(stranger)
    const deliveryOf = () =>
      readRows(
        directory.path,
        `SELECT status, due_at, attempts FROM deliveries WHERE ${BY_ID}`,
        id,
      )[0]
    await waitFor('it to be given back', () => Number(deliveryOf()?.due_at) > 1 || undefined)
    expect(deliveryOf()).toMatchObject({ status: 'queued' })
    expect(sentFor(id)).toHaveLength(tries)

    const knowing = await serve({ SECRET_KEY: NEW_KEY, SECRET_KEY_PREVIOUS: SECRET_KEY })
    // Both nodes look for it every two seconds, and the one without the key may come first several times.
    await waitFor('the message', () => sentFor(id)[tries], 60_000)
    const sent = sentFor(id)
    expect(new Set(sent.map(({ code }) => code)).size).toBe(1)
    expect((await check(knowing, id, sent[0]?.code ?? '')).status).toBe(200)
  })
})
