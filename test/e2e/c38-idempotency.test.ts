// C38: Idempotency-Key on the composed service: one effect, the first answer again, after a crash too.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeFor, LIGHT, startService, temporaryDirectory, UNLIMITED } from './service-process.ts'
import { outcomeOf, type Steered, startSteered, wrong } from './steered-service.ts'

let service: Steered
beforeAll(async () => {
  service = await startSteered({
    LIMIT_SENDS_PER_NUMBER_BURST: '3/600',
    LIMIT_CHECK_PER_IP: '2/600',
    CLIENT_IP: 'required',
  })
})
afterAll(() => service.close())

let users = 0
const anyone = () => `idem${users++}@example.com`
let keys = 0
const anyKey = () => ({ 'idempotency-key': `key-${keys++}` })
const start = (body: object, headers = {}) =>
  service.start({ client_ip: '203.0.113.9', ...body }, headers)
const list = async (to: string) =>
  (await service.client.post('/verify/list', { to })).body.verifications as {
    deliveries: unknown[]
  }[]

describe('start', () => {
  it('C38: the same body in parallel is one verification and one delivery, answered as at first', async () => {
    const [to, key] = [anyone(), anyKey()]
    const body = { to, metadata: { a: '1', b: '2' } }
    const answers = await Promise.all(Array.from({ length: 10 }, () => start(body, key)))
    expect(new Set(answers.map(({ body: { id } }) => id)).size).toBe(1)
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
    const replayed = answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')
    expect(replayed).toHaveLength(9)
    const [one, ...others] = await list(to)
    expect([one?.deliveries.length, others.length]).toEqual([1, 0])

    // As first answered, though it has changed since; the order of fields does not matter.
    const first = answers[0]?.body
    await service.message(first.id)
    await service.cancel(first.id)
    service.forward(700)
    const again = await start({ metadata: { b: '2', a: '1' }, to }, key)
    expect(again.body).toEqual(first)
    expect(again.headers.get('location')).toBe(`/verify/${first.id}`)
    expect(again.headers.get('x-request-id')).not.toBe(answers[0]?.headers.get('x-request-id'))
  })

  it('C38: another body, another key, another route, and a day later', async () => {
    const [to, key] = [anyone(), anyKey()]
    const first = await start({ to }, key)
    const other = await start({ to, purpose: 'x' }, key)
    expect(outcomeOf(other)).toEqual([422, 'idempotency_key_reused'])
    expect(other.headers.get('idempotency-replayed')).toBeNull()
    // client_ip and user_agent are not part of what was asked.
    const moved = await start({ to, client_ip: '203.0.113.10', user_agent: 'Other' }, key)
    expect(moved.body.id).toBe(first.body.id)
    expect((await start({ to }, anyKey())).body.id).not.toBe(first.body.id)
    // The key is the route's own.
    expect((await service.cancel(first.body.id, key)).body.status).toBe('canceled')
    service.forward(24 * 3600 - 5)
    expect((await start({ to }, key)).body.id).toBe(first.body.id)
    service.forward(5)
    expect((await start({ to }, key)).body.id).not.toBe(first.body.id)
  })

  it('C38: a success that limits would now refuse is still answered; a refusal is not stored', async () => {
    const to = anyone()
    const early = [anyKey(), anyKey(), anyKey()]
    const ids: string[] = []
    for (const key of early) ids.push((await start({ to }, key)).body.id)
    const late = anyKey()
    expect((await start({ to }, late)).status).toBe(429)
    for (const [i, key] of early.entries()) {
      const { status, body } = await start({ to }, key)
      expect([status, body.id]).toEqual([201, ids[i]])
    }
    expect(await list(to)).toHaveLength(3)
    service.forward(600)
    const { status, headers } = await start({ to }, late)
    expect([status, headers.get('idempotency-replayed')]).toEqual([201, null])
  })

  it.each([
    '',
    ' ',
    'x'.repeat(256),
    '"unclosed',
    '"a"b',
    '"a", "b"',
    '"a";',
    '""',
    '"\\x"',
    'naïve',
  ])('%j is not a key: 400', async (text) => {
    const answer = await start({ to: anyone() }, { 'idempotency-key': text })
    expect(outcomeOf(answer)).toEqual([400, 'invalid_request'])
    expect(answer.body.errors[0].field).toBe('Idempotency-Key')
  })

  it('C38: parameters after a quoted key are not part of it (RFC 9651); a bare key is taken whole', async () => {
    const to = anyone()
    const idUnder = async (text: string) =>
      (await start({ to }, { 'idempotency-key': text })).body.id
    const id = await idUnder('spelled')
    expect(await idUnder('"spelled";x=1; y="2"')).toBe(id)
    expect(await idUnder('spelled;x=1')).not.toBe(id)
  })
})

describe('check, resend, cancel', () => {
  const begin = async () => {
    const { id } = (await start({ to: anyone() })).body
    return { id, code: (await service.message(id)).code }
  }

  it('C38: a check whose answer was lost is approved again, without the key it is 409', async () => {
    const { id, code } = await begin()
    const key = anyKey()
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => service.check({ id, code }, key)),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(answers.filter((a) => a.headers.get('idempotency-replayed') === 'true')).toHaveLength(4)
    service.forward(3600)
    const later = await service.check({ id, code }, key)
    expect([later.status, later.body]).toEqual([200, answers[0]?.body])
    expect(outcomeOf(await service.check({ id, code }))).toEqual([409, 'verification_approved'])
    const other = await service.check({ id, code }, anyKey())
    expect(outcomeOf(other)).toEqual([409, 'verification_approved'])
    const types = (await service.events(id)).map(({ type }) => type)
    expect(types.filter((type) => type === 'verification.approved')).toHaveLength(1)
    expect(outcomeOf(await service.check({ id, code: wrong(code) }, key))).toEqual([
      422,
      'idempotency_key_reused',
    ])
  })

  it('C38: a wrong code is one attempt, answered again with an instance of its own', async () => {
    const { id, code } = await begin()
    const key = anyKey()
    const asked = { id, code: wrong(code), client_ip: '198.51.100.1' }
    const first = await service.check(asked, key)
    expect(first.body.attempts_remaining).toBe(4)
    // The address' budget of two is spent by another; a replay does not ask it.
    await service.check({ id: 'vrf_unknown', code: '123456', client_ip: '198.51.100.1' })
    for (let i = 0; i < 4; i += 1) {
      const { status, headers, body } = await service.check(asked, key)
      expect([status, headers.get('idempotency-replayed')]).toEqual([422, 'true'])
      const { instance, ...rest } = body
      expect(instance).toBe(headers.get('x-request-id'))
      expect(instance).not.toBe(first.body.instance)
      expect({ ...rest, instance: first.body.instance }).toEqual(first.body)
    }
    expect((await service.look(id)).body.attempts_remaining).toBe(4)
  })

  it('C38: answers without an effect are not stored: 404, 409 and 410 are decided again', async () => {
    const { id, code } = await begin()
    const key = anyKey()
    expect((await service.check({ id, code, purpose: 'other' }, key)).status).toBe(409)
    expect((await service.check({ id, code: 'abc' }, key)).status).toBe(400)
    expect((await service.check({ id, code }, key)).status).toBe(200)
  })

  it('C38: one resend and one cancel', async () => {
    const { id } = await begin()
    const key = anyKey()
    expect((await service.resend(id, {}, key)).status).toBe(429)
    service.forward(30)
    const answers = await Promise.all(Array.from({ length: 5 }, () => service.resend(id, {}, key)))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers[0]?.body.sends_remaining).toBe(3)
    expect((await service.look(id)).body.deliveries).toHaveLength(2)
    expect(outcomeOf(await service.resend((await begin()).id, {}, key))).toEqual([
      422,
      'idempotency_key_reused',
    ])
    const canceled = await service.cancel(id, key)
    const again = await service.cancel(id, key)
    expect(again.body).toEqual(canceled.body)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
  })
})

it('C38: after a SIGKILL between request and answer the retry is the same one; nothing stored is in plaintext', async () => {
  const directory = temporaryDirectory()
  const env = { ...LIGHT, ...UNLIMITED }
  const key = (name: string) => ({ 'idempotency-key': `crash-${name}` })
  const names = Array.from({ length: 12 }, (_, i) => `crash${i}`)
  const begin = (on: Awaited<ReturnType<typeof startService>>, name: string) =>
    on.post('/verify/start', { to: `${name}@example.com` }, key(name))
  try {
    const first = await startService(directory.path, env)
    const asked = names.map((name) => begin(first, name).catch(() => undefined))
    await Promise.race(asked)
    first.kill('SIGKILL')
    await first.exited
    const before = await Promise.all(asked)
    const second = await startService(directory.path, env)
    for (const [i, name] of names.entries()) {
      const answer = await begin(second, name)
      expect(answer.status).toBe(201)
      if (before[i]) expect(answer.body).toEqual(before[i].body)
      const { body } = await second.post('/verify/list', { to: `${name}@example.com` })
      expect(body.verifications).toHaveLength(1)
      expect(body.verifications[0].deliveries).toHaveLength(1)
    }
    // Its answer is lost with the process; the check was made. (Messages that the first process had claimed wait for its lease.)
    const { id } = (await begin(second, 'later')).body
    const code = await codeFor(second, id)
    const check = (on: typeof second) => on.post('/verify/check', { id, code }, key('check'))
    expect((await check(second)).status).toBe(200)
    second.kill('SIGKILL')
    await second.exited
    const files = ['countersign.db', 'countersign.db-wal'].map((name) =>
      readFileSync(join(directory.path, name), 'latin1'),
    )
    expect(files.join('').includes('@example.com')).toBe(false)
    expect(files.join('').includes('crash-check')).toBe(false)
    const third = await startService(directory.path, env)
    expect((await check(third)).headers.get('idempotency-replayed')).toBe('true')
    expect((await third.post('/verify/check', { id, code })).status).toBe(409)
    expect(await third.stop()).toBe(0)
  } finally {
    directory.remove()
  }
})
