// C19: recipients for automatic tests, on the composed service: no message, a known code, no other favour.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { PATIENCE_MS } from '../long.ts'
import { outcomeOf, type Steered, startSteered } from './steered-service.ts'

const DAY_S = 86_400
const today = new Date()
/** The last day on which they are good. */
const UNTIL = new Date(today.getTime() + DAY_S * 1000).toISOString().slice(0, 10)
const NUMBER = '+15005550006'
const CODE = '123456'

let service: Steered
beforeAll(async () => {
  service = await startSteered({
    TEST_RECIPIENTS: `${NUMBER}=${CODE}@${UNTIL},+1415555*=0123456789@${UNTIL},robot@example.com=0000@${UNTIL}`,
    LIMIT_SENDS_PER_NUMBER_BURST: '2/600',
    LIMIT_GUESSES_PER_NUMBER_HOUR: '25/3600',
  })
})
afterAll(() => service.close())

it('C19: nothing is sent, the code is the given one, by any spelling', async () => {
  for (const [body, code] of [
    [{ to: NUMBER }, CODE],
    [{ to: '(500) 555-0006', country: 'US' }, CODE],
    [{ to: '+14155552671' }, '0123456789'],
    [{ to: 'robot@example.com' }, '0000'],
  ] as const) {
    const { id } = (await service.start(body)).body
    await expect
      .poll(async () => (await service.look(id)).body.delivery_status, {
        timeout: Math.max(10_000, PATIENCE_MS),
      })
      .toBe('sent')
    expect(await service.messages(id)).toEqual([])
    const { status } = await service.check({ id, code })
    expect([body.to, status]).toEqual([body.to, 200])
    expect(outcomeOf(await service.check({ id, code }))).toEqual([409, 'verification_approved'])
  }
  const { id } = (await service.start({ to: 'robot2@example.com' })).body
  expect((await service.message(id)).code).toMatch(/^\d{6}$/)
})

it('C19: exempt from sends_* and from nothing else: attempts and guesses hold', async () => {
  const to = '+14155550199'
  const ids: string[] = []
  for (let i = 0; i < 5; i += 1) {
    const answer = await service.start({ to })
    expect([answer.status, answer.headers.get('ratelimit')]).toEqual([201, null])
    ids.push(answer.body.id)
  }
  const sixth = await service.start({ to })
  expect(outcomeOf(sixth)).toEqual([429, 'rate_limited'])
  expect(sixth.body.limit.name).toBe('guesses_per_number_hour')
  const [id] = ids
  for (let i = 0; i < 5; i += 1)
    expect((await service.check({ id, code: '9999999999' })).status).toBe(422)
  expect(outcomeOf(await service.check({ id, code: '0123456789' }))).toEqual([
    409,
    'max_attempts_reached',
  ])
})

it('C19, C49: a decoy of a test recipient is a decoy: its known code is wrong', async () => {
  const { id } = (await service.start({ to: 'robot@example.com', decoy: true })).body
  expect(outcomeOf(await service.check({ id, code: '0000' }))).toEqual([422, 'code_incorrect'])
})

it('C19: they expire on their date; verifications started before keep their code', async () => {
  const last = new Date(`${UNTIL}T23:59:30Z`).getTime()
  service.forward(Math.ceil((last - Date.now()) / 1000))
  const before = await service.start({ to: NUMBER })
  expect(before.status, before.text).toBe(201)
  const { id } = before.body
  service.forward(60)
  expect((await service.check({ id, code: CODE })).status).toBe(200)
  // Of a type that gets no code: as a test recipient it did.
  const personal = await service.start({ to: NUMBER })
  expect(outcomeOf(personal)).toEqual([403, 'number_type_not_allowed'])
  const after = await service.start({ to: '+14155550123' })
  expect(after.headers.get('ratelimit')).toContain('"sends_per_number_burst";r=1')
  const { code } = await service.message(after.body.id)
  expect(code).toMatch(/^\d{6}$/)
  expect((await service.check({ id: after.body.id, code })).status).toBe(200)
})
