// C86: a view token on the composed service: the first browser, what it may do, how much of it, and what never leaves.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newBrowserSecret } from '../../src/front/browser.ts'
import { type Answer, type Client, createClient } from '../http/client.ts'
import { type Steered, startSteered, wrong } from './steered-service.ts'

/** The log is read each second, and a busy machine is late. */
const SECONDS = { timeout: 8_000 }

const ORIGIN = 'https://app.example.com'
const FOREIGN = 'https://elsewhere.example.com'
const SESSION = 'session-0123456789'

let service: Steered
let browser: Client
beforeAll(async () => {
  service = await startSteered({ FRONT_ORIGINS: ORIGIN, PUBLIC_URL: 'http://localhost:8080' })
  browser = await createClient(service.url, null)
})
afterAll(() => service.close())

let people = 0
async function begin(body: object = {}) {
  const to = `person${people++}@example.com`
  const { body: started, status } = await service.start({ to, actions: true, ...body })
  expect(status).toBe(201)
  return started as { id: string; view_token: string; view_url: string; reference: string }
}
type Person = { token: string; secret: string }
const open = ({ view_token: token }: { view_token: string }): Person => {
  return { token, secret: newBrowserSecret() }
}
const headersOf = ({ secret }: Person, more: Record<string, string> = {}) => ({
  ...{ 'countersign-browser': secret, ...more },
})
const look = (person: Person, more?: Record<string, string>) =>
  browser.get(`/v/${person.token}.json`, headersOf(person, more))
const act = (person: Person, what: string, body: object = {}) =>
  browser.post(`/v/${person.token}/${what}`, body, headersOf(person))
const outcome = ({ status, body }: Answer) => `${status} ${body?.error ?? body?.status}`

type View = { status: string; attempts_remaining: number; message: { state: string } }

/** The events of a stream, as they come. */
async function follow(person: Person) {
  const ending = new AbortController()
  const answer = await fetch(`${service.url}/v/${person.token}/events`, {
    ...{ headers: headersOf(person), signal: ending.signal },
  })
  const views: View[] = []
  let isOver = false
  let isReady = false
  const read = async () => {
    let text = ''
    for await (const bytes of answer.body ?? []) {
      text += Buffer.from(bytes).toString()
      const events = text.split('\n\n')
      text = events.pop() ?? ''
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1]
        if (data) views.push(JSON.parse(data))
        isReady ||= event.includes(': connected')
      }
    }
    isOver = true
  }
  const reading = read().catch(() => {})
  return {
    status: answer.status,
    views,
    isOver: () => isOver,
    isReady: () => isReady,
    end: async () => {
      ending.abort()
      await reading
    },
  }
}

describe('a view token', () => {
  it('comes with a start alone, the same again under its Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'one-of-a-start' }
    const body = { to: 'again@example.com', session: SESSION, actions: true }
    const first = await service.start(body, key)
    const { view_token: token, id } = first.body
    expect(first.body.view_url).toBe(`http://localhost:8080/v/${token}`)
    expect((await service.start(body, key)).body.view_token).toBe(token)
    const continued = await service.start(body)
    expect([continued.status, continued.body.view_token]).toEqual([200, token])
    for (const answer of [await service.look(id), await service.cancel(id)])
      expect(answer.text).not.toContain('view_')
  })

  it('shows its verification, sends again and approves, all through one browser', async () => {
    const started = await begin({ session: SESSION, purpose: 'change_email' })
    const person = open(started)
    const { code } = await service.message(started.id)
    const seen = await look(person)
    expect(seen.body).toMatchObject({
      ...{
        reference: started.reference,
        status: 'pending',
        channel: 'email',
        brand: 'Countersign',
      },
      ...{ purpose: 'change_email', attempts_remaining: 5, code_length: 6, next_step: null },
      ...{ recipient: 'p•••@example.com', actions: ['check'] },
    })
    expect(seen.headers.get('cache-control')).toBe('no-store')
    expect(seen.headers.get('referrer-policy')).toBe('no-referrer')
    const stream = await follow(person)
    await vi.waitFor(() => expect(stream.views).toHaveLength(1))
    expect(outcome(await act(person, 'resend'))).toBe('429 resend_too_early')
    service.forward(31)
    expect(outcome(await act(person, 'resend'))).toBe('200 pending')
    await vi.waitFor(async () => expect(await service.messages(started.id)).toHaveLength(2))
    const refused = await act(person, 'check', { code: wrong(code) })
    expect([outcome(refused), refused.body.attempts_remaining]).toEqual(['422 code_incorrect', 4])
    expect(refused.text).not.toMatch(/verification|@example|metadata/)
    expect((await look(person)).body.approval).toBeNull()
    const approved = await act(person, 'check', { code })
    expect([outcome(approved), approved.body.approval]).toEqual([
      ...['200 approved', expect.stringMatching(/^apc_/)],
    ])
    await vi.waitFor(() => expect(stream.isOver()).toBe(true), SECONDS)
    expect(stream.views.at(-1)?.status).toBe('approved')
    expect(outcome(await act(person, 'check', { code }))).toBe('409 verification_approved')
    // An answer that was lost is made up for: the view has the code, too.
    const { approval } = (await look(person)).body
    const exchanged = await service.client.post('/approvals/exchange', {
      approval,
      session: SESSION,
    })
    expect([outcome(exchanged), exchanged.body.id]).toEqual(['200 approved', started.id])
  })

  it('C86: is of no use for another verification, in a second browser, or after its end', async () => {
    const [mine, other] = [await begin(), await begin()]
    const person = open(mine)
    expect(outcome(await look(person))).toBe('200 pending')
    const second = { ...person, secret: newBrowserSecret() }
    for (const answer of [await look(second), await act(second, 'check', { code: '123456' })])
      expect(outcome(answer)).toBe('403 view_taken')
    // The id of another start before this one's MAC.
    const [own, its] = [mine, other].map(({ view_token }) =>
      Buffer.from(view_token.slice(3), 'base64url'),
    )
    const mixed = Buffer.concat([its?.subarray(0, 21), own?.subarray(21)] as Buffer[])
    const forged = { ...person, token: `vt_${mixed.toString('base64url')}` }
    for (const token of [forged.token, 'vt_', 'x', `${person.token}A`])
      expect(outcome(await look({ ...person, token }))).toBe('404 view_not_found')
    expect(outcome(await act(forged, 'check', { code: '123456' }))).toBe('404 view_not_found')
    await service.cancel(mine.id)
    service.forward(299)
    expect(outcome(await look(person))).toBe('200 canceled')
    service.forward(2)
    expect(outcome(await look(person))).toBe('404 view_not_found')
    const stream = await follow(person)
    expect(stream.status).toBe(404)
    await stream.end()
  })

  it('C86: of 20 browsers at once one is let in, and a request without a browser claims nothing', async () => {
    const started = await begin()
    const none = await browser.get(`/v/${started.view_token}.json`)
    expect([outcome(none), none.body.errors[0].field]).toEqual([
      ...['400 invalid_request', 'Countersign-Browser'],
    ])
    const all = await Promise.all(Array.from({ length: 20 }, () => look(open(started))))
    expect(all.map(outcome).toSorted()).toEqual([
      '200 pending',
      ...Array(19).fill('403 view_taken'),
    ])
  })

  it('C86: does nothing that its start did not allow, nor anything twice', async () => {
    const started = await begin({ actions: false })
    const person = open(started)
    expect((await look(person)).body.actions).toEqual([])
    for (const what of ['resend', 'next'])
      expect(outcome(await act(person, what))).toBe('403 view_without_actions')
    const { code } = await service.message(started.id)
    expect(outcome(await act(person, 'check', { code }))).toBe('403 view_without_actions')
    const able = open(await begin())
    expect(outcome(await act(able, 'next'))).toBe('409 no_next_step')
    expect(outcome(await act(able, 'check', { code: '123456', session: 'x' }))).toBe(
      '400 invalid_request',
    )
  })

  it('C86: guesses through it are those of the verification', async () => {
    const started = await begin()
    const person = open(started)
    const { code } = await service.message(started.id)
    const tries = await Promise.all(
      Array.from({ length: 9 }, () => act(person, 'check', { code: wrong(code) })),
    )
    expect(tries.map(outcome).filter((one) => one === '422 code_incorrect')).toHaveLength(5)
    expect(outcome(await act(person, 'check', { code }))).toBe('409 max_attempts_reached')
    expect(outcome(await look(person))).toBe('200 max_attempts_reached')
  })

  it('C86: a stream tells of what is new, and of nothing else', async () => {
    const started = await begin()
    const person = open(started)
    const stream = await follow(person)
    const { code } = await service.message(started.id)
    await vi.waitFor(() => expect(stream.isReady()).toBe(true))
    await act(person, 'check', { code: wrong(code) })
    await vi.waitFor(() => expect(stream.views.at(-1)?.attempts_remaining).toBe(4), SECONDS)
    // It may have become `sent` on the way: three seconds after the start.
    const told = stream.views.map((view) => `${view.attempts_remaining} ${view.message.state}`)
    expect(told).toEqual([...new Set(told)])
    await stream.end()
  })

  it('C86: 200 streams are bounded, four for one verification', async () => {
    const persons = await Promise.all(Array.from({ length: 13 }, async () => open(await begin())))
    const streams = await Promise.all(
      persons.flatMap((person) => Array.from({ length: 5 }, () => follow(person))),
    )
    const by = (status: number) => streams.filter((one) => one.status === status)
    // Those that were refused for an address took no place of a verification.
    expect(by(200).length).toBeGreaterThan(40)
    expect(by(200).length).toBeLessThanOrEqual(50)
    expect(by(200).length + by(503).length).toBe(65)
    // In the order in which they were opened: five of each person.
    const ofEach = persons.map((_, i) => streams.slice(5 * i, 5 * i + 5))
    const most = ofEach.map((five) => five.filter(({ status }) => status === 200).length)
    expect(Math.max(...most)).toBe(4)
    await Promise.all(streams.map((one) => one.end()))
    const [first] = persons as [Person]
    // A place is free again once its stream has ended.
    await vi.waitFor(async () => {
      const again = await follow(first)
      await again.end()
      expect(again.status).toBe(200)
    })
  })
})

describe('pages of other origins', () => {
  const preflight = (token: string, origin: string) =>
    fetch(`${service.url}/v/${token}/check`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })

  it('C86: those of FRONT_ORIGINS may ask, without cookies; any other may not', async () => {
    const person = open(await begin())
    const answer = await preflight(person.token, ORIGIN)
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
      204,
      ORIGIN,
    ])
    expect(answer.headers.get('access-control-allow-headers')).toContain('Countersign-Browser')
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false)
    const refused = await preflight(person.token, FOREIGN)
    expect([refused.status, refused.headers.has('access-control-allow-origin')]).toEqual([
      405,
      false,
    ])
    const other = await look(person, { origin: FOREIGN })
    expect(outcome(other)).toBe('403 origin_not_allowed')
    expect(other.headers.has('access-control-allow-origin')).toBe(false)
    const own = await look(person, { origin: ORIGIN })
    expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, ORIGIN])
    expect(own.headers.get('vary')).toBe('Origin')
  })
})

it('C86: no token and no secret is in the log, nor in an event', async () => {
  const started = await begin()
  const person = open(started)
  await look(person)
  await look({ ...person, token: `${person.token}A` })
  await act(person, 'check', { code: '000000' })
  const events = await service.events(started.id)
  const written = [...service.lines, JSON.stringify(events)].join('\n')
  expect(written).toContain('/v/{token}.json')
  for (const text of [person.token, person.secret, started.view_token.slice(3, 20)])
    expect(written).not.toContain(text)
})

it('C86: an address that asks without end is put off, whatever it asks for', async () => {
  const person = open(await begin())
  const ask = (token: string) =>
    fetch(`${service.url}/v/${token}.json`, { headers: headersOf(person) })
  const asked = await Promise.all(Array.from({ length: 300 }, () => ask('vt_forged')))
  expect(asked.every(({ status }) => status === 404 || status === 429)).toBe(true)
  const refused = await ask(person.token)
  expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([
    ...[429, expect.toSatisfy((seconds: number) => seconds > 0 && seconds <= 60)],
  ])
  service.forward(61)
  expect(outcome(await look(person))).toBe('200 pending')
})
