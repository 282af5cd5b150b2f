// C47: the same session started again on the composed service: back button, double click, second tab.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { outcomeOf, type Steered, startSteered, wrong } from './steered-service.ts'

let service: Steered
beforeAll(async () => {
  service = await startSteered({ LIMIT_SENDS_PER_NUMBER_BURST: '2/600' })
})
afterAll(() => service.close())

let users = 0
const anyone = () => ({ to: `tab${users++}@example.com`, session: `session-of-browser-${users}` })
/** Written down, too: the inbox has a message before its delivery says so, and one under way is not sent once more. */
const sent = (id: string, count: number) =>
  expect
    .poll(async () =>
      (await service.look(id)).body.deliveries.map(({ status }: { status: string }) => status),
    )
    .toEqual(Array(count).fill('sent'))

it('C47: is the same verification, 200, and spends no budget', async () => {
  const body = anyone()
  const first = await service.start(body)
  expect(first.status).toBe(201)
  await sent(first.body.id, 1)
  for (let i = 0; i < 5; i += 1) {
    const again = await service.start(body)
    expect([again.status, again.body.id]).toEqual([200, first.body.id])
    expect(again.headers.get('location')).toBe(`/verify/${first.body.id}`)
    expect(again.headers.get('ratelimit')).toBeNull()
    expect(again.body).toMatchObject({
      sends_remaining: 4,
      resend_at: first.body.resend_at,
      expires_at: first.body.expires_at,
    })
  }
  expect(await service.messages(first.body.id)).toHaveLength(1)
  // Of two: the second is still there, the third is not.
  const other = { ...body, session: 'session-of-another-one' }
  const second = await service.start(other)
  expect([second.status, second.body.id === first.body.id]).toEqual([201, false])
  const third = await service.start({ ...body, session: 'session-of-a-third-one' })
  expect(outcomeOf(third)).toEqual([429, 'rate_limited'])
})

it('C47: 20 in parallel are one verification and one message', async () => {
  const body = anyone()
  const answers = await Promise.all(Array.from({ length: 20 }, () => service.start(body)))
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201])
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
  await sent(answers[0]?.body.id, 1)
  const page = await service.client.post('/verify/list', { to: body.to })
  expect(page.body.verifications).toHaveLength(1)
})

it('C47: past resend_at it is a resend, with the same code; a refused one is 429', async () => {
  const body = anyone()
  const { id } = (await service.start(body)).body
  await sent(id, 1)
  service.forward(30)
  const again = await service.start(body)
  expect([again.status, again.body.id, again.body.sends_remaining]).toEqual([200, id, 3])
  expect(again.headers.get('ratelimit')).toContain('"sends_per_number_burst";r=0')
  await sent(id, 2)
  const codes = (await service.messages(id)).map(({ code }) => code)
  expect(new Set(codes).size).toBe(1)
  // Just sent: continued.
  expect((await service.start(body)).body.sends_remaining).toBe(3)
  service.forward(40)
  const refused = await service.start(body)
  expect(outcomeOf(refused)).toEqual([429, 'rate_limited'])
  const seen = (await service.look(id)).body
  expect([seen.status, seen.sends_remaining, seen.deliveries.length]).toEqual(['pending', 3, 2])
  const { session } = body
  expect((await service.check({ id, session, code: codes[0] })).status).toBe(200)
})

it('C47: past resend_at beside a resend, one of both sends, and the start is not refused', async () => {
  for (let round = 0; round < 10; round += 1) {
    const body = anyone()
    const { id } = (await service.start(body)).body
    await sent(id, 1)
    service.forward(30)
    const [resent, again] = await Promise.all([service.resend(id), service.start(body)])
    expect([again.status, again.body.id, again.body.sends_remaining]).toEqual([200, id, 3])
    expect([200, 429]).toContain(resent.status)
    await sent(id, 2)
  }
})

it('C47: past resend_at beside a cancel, it is continued or taken over, and never answered as ended', async () => {
  for (let round = 0; round < 10; round += 1) {
    const body = anyone()
    const { id } = (await service.start(body)).body
    service.forward(30)
    const [again] = await Promise.all([service.start(body), service.cancel(id)])
    // 429: a send was counted for the one that was canceled, and the limit is 2.
    expect([200, 201, 429]).toContain(again.status)
  }
})

it('C47: with no send left, or too late for one, it is continued without a message', async () => {
  const body = { ...anyone(), ttl_seconds: 80 }
  const { id } = (await service.start(body)).body
  await sent(id, 1)
  service.forward(45)
  const again = await service.start(body)
  expect([again.status, again.body.id, again.body.sends_remaining]).toEqual([200, id, 4])
  expect(again.body.resend_at).toBeNull()
  expect(await service.messages(id)).toHaveLength(1)
})

it('C47: an ended, expired or spent one is not continued', async () => {
  const ended = async (end: (id: string, session: string) => Promise<unknown>) => {
    const body = { ...anyone(), ttl_seconds: 60 }
    const { id } = (await service.start(body)).body
    await end(id, body.session)
    const fresh = await service.start(body)
    expect([fresh.status, fresh.body.id === id]).toEqual([201, false])
    return fresh.body.id
  }
  await ended((id) => service.cancel(id))
  await ended(async (id, session) =>
    service.check({ id, session, code: (await service.message(id)).code }),
  )
  await ended(async (id, session) => {
    const code = wrong((await service.message(id)).code)
    for (let i = 0; i < 5; i += 1) await service.check({ id, session, code })
  })
  // Before the sweeper came by: its grace must not block the browser.
  await ended(async () => service.forward(60))
})

it('C47: another decoy or authenticated takes the session over; the old one keeps its own end', async () => {
  const body = anyone()
  const old = (await service.start(body)).body.id
  const { code } = await service.message(old)
  const { session, to } = body
  const login = await service.start({ ...body, authenticated: true })
  expect([login.status, login.body.id === old]).toEqual([201, false])
  expect((await service.start({ ...body, authenticated: true })).body.id).toBe(login.body.id)
  // By recipient and session the newest is meant.
  const newest = await service.message(login.body.id)
  expect((await service.check({ to, session, code: newest.code })).body.id).toBe(login.body.id)
  expect((await service.check({ id: old, session, code })).status).toBe(200)

  const decoyed = anyone()
  const real = (await service.start(decoyed)).body.id
  const decoy = await service.start({ ...decoyed, decoy: true })
  expect([decoy.status, decoy.body.id === real]).toEqual([201, false])
  expect((await service.start({ ...decoyed, decoy: true })).body.id).toBe(decoy.body.id)
})

it('C47: another purpose, recipient or spelling: its own, its own, the same', async () => {
  const session = 'session-of-one-browser'
  const ids: string[] = []
  for (const body of [
    { to: '+14155550123' },
    { to: '(415) 555-0123', country: 'US' },
    { to: '0014155550123' },
    { to: '+14155550123', purpose: 'signup' },
    { to: '+14155550124' },
  ])
    ids.push((await service.start({ ...body, session })).body.id)
  expect([ids[1], ids[2]]).toEqual([ids[0], ids[0]])
  expect(new Set(ids).size).toBe(3)
})
