// C8 and C48: codes of the wrong shape, and right codes for the wrong thing. Nothing but the one use is ever a 2xx.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, type Nodes, remaining, startNodes, tally, together } from './nodes.ts'
import { type Answer, UNLIMITED } from './service-process.ts'

const TO = '+14155552671'
const OTHER_TO = '+14155552672'
const SESSION = 'session-of-one-browser'
const OTHER_SESSION = 'session-of-another-browser'
const MAX_ATTEMPTS = 5
const SERVICES = JSON.stringify({ services: { default: {}, bank: {}, long: { code_length: 8 } } })

let nodes: Nodes
let bank: Caller
beforeAll(async () => {
  nodes = await startNodes({ engine: 'sqlite', processes: 1 }, { ...UNLIMITED, SERVICES })
  bank = await nodes.as('bank')
})
afterAll(() => nodes.stop())

type Started = { id: string; code: string }
async function begin(more: object = {}, caller: Caller = nodes): Promise<Started> {
  const started = await caller.start({ to: TO, ...more })
  expect(started.status, JSON.stringify(started.body)).toBe(201)
  return { id: started.body.id, code: await nodes.code(started.body.id) }
}

/** Two whose codes differ: one in a million do not. */
async function beginTwo(one: object, other: object, callers: [Caller, Caller] = [nodes, nodes]) {
  for (;;) {
    const pair = [await begin(one, callers[0]), await begin(other, callers[1])] as const
    if (pair[0].code !== pair[1].code) return pair
  }
}

describe('C8: a code of another shape', () => {
  const SHAPES: [string, (code: string) => unknown][] = [
    ['absent', () => undefined],
    ['null', () => null],
    ['empty', () => ''],
    ['blank', () => '   '],
    ['a number', (code) => Number(code)],
    ['true', () => true],
    ['zero', () => 0],
    ['an array of it', (code) => [code]],
    ['an array of its digits', (code) => [...code]],
    ['an empty array', () => []],
    ['an object', (code) => ({ code })],
    ['an operator', () => ({ $ne: null })],
    ['an empty object', () => ({})],
    ['one digit less', (code) => code.slice(1)],
    ['one digit more', (code) => `${code}0`],
    ['twice', (code) => code + code],
    ['with a letter', (code) => `${code.slice(1)}a`],
    ['with a sign', (code) => `+${code}`],
    ['with a point', (code) => `${code}.0`],
    ['in hex', (code) => `0x${Number(code).toString(16)}`],
    ['with NUL', (code) => `${code}\0`],
    ['with a wildcard', () => '%'],
    ['SQL', (code) => `${code}' OR '1'='1`],
    ['100 digits', () => '1'.repeat(100)],
    ['NaN', () => 'NaN'],
    ['null in words', () => 'null'],
    ['undefined in words', () => 'undefined'],
  ]

  it('C8: 400 whatever the shape, a megabyte 413; no attempt is charged, and the right one still counts', async () => {
    const { id, code } = await begin()
    for (const [shape, make] of SHAPES) {
      const answer = await nodes.check(id, make(code))
      expect(answer.status, shape).toBe(400)
      expect(answer.body.error, shape).toBe('invalid_request')
      expect(answer.body.errors[0].field, shape).toBe('code')
    }
    const huge = await nodes.check(id, '1'.repeat(1_000_000)).catch(() => 'cut off')
    if (typeof huge !== 'string') expect(huge.status).toBe(413)
    expect(await remaining(nodes, id)).toBe(MAX_ATTEMPTS)
    expect(await nodes.events(id, 'check.incorrect')).toEqual([])
    expect((await nodes.check(id, code)).status).toBe(200)
  })

  it('C8: neither are bodies, ids and methods of another shape', async () => {
    const { id, code } = await begin()
    const bodies: unknown[] = [[], [{ id, code }], 'x', 1, null, { code }, { id: [id], code }]
    bodies.push(
      { id: { id }, code },
      { id: null, code },
      { id: '', code },
      { id, code, valid: true },
    )
    for (const body of bodies) {
      const { status } = await nodes.post('/verify/check', body)
      expect(status, JSON.stringify(body)).toBe(400)
    }
    for (const path of [`/verify/check?id=${id}&code=${code}`, `/verify/check/${id}/${code}`]) {
      expect((await nodes.get(path)).status).toBeGreaterThanOrEqual(400)
      expect((await nodes.post(path, {})).status).toBeGreaterThanOrEqual(400)
    }
    for (const other of [
      ` ${id}`,
      `${id} `,
      id.toUpperCase(),
      `${id}%00`,
      `${id}'--`,
      id.slice(0, -1),
    ])
      expect([400, 404]).toContain((await nodes.check(other, code)).status)
    expect(await remaining(nodes, id)).toBe(MAX_ATTEMPTS)
    expect((await nodes.check(id, code)).status).toBe(200)
  })
})

describe('C8: a right code for another verification', () => {
  /** Each code at the other's id, with all that the other one asks for: wrong there, like any other. */
  it.each([
    ['id', {}, {}],
    ['purpose', { purpose: 'login' }, { purpose: 'change_email' }],
    ['session', { session: SESSION }, { session: OTHER_SESSION }],
    ['recipient', { to: TO }, { to: OTHER_TO }],
    ['channel', { channel: 'sms' }, { channel: 'email', to: 'ann@example.com' }],
    ['authenticated', {}, { authenticated: true }],
  ])('C8: of another %s is 422', async (_name, one, other) => {
    const [a, b] = await beginTwo(one, other)
    const { channel: _c, authenticated: _a, ...assertA } = one as Record<string, unknown>
    const { channel: _d, authenticated: _b, ...assertB } = other as Record<string, unknown>
    expect(tally([await nodes.check(a.id, b.code, assertA)])).toEqual({ '422 code_incorrect': 1 })
    expect(tally([await nodes.check(b.id, a.code, assertB)])).toEqual({ '422 code_incorrect': 1 })
    expect((await nodes.check(a.id, a.code, assertA)).status).toBe(200)
    expect((await nodes.check(b.id, b.code, assertB)).status).toBe(200)
  })

  it('C8: of another service is 404 by its id, 422 by the own one, and the list shows nothing', async () => {
    const [a, b] = await beginTwo({}, {}, [nodes, bank])
    expect(tally([await bank.check(a.id, a.code)])).toEqual({ '404 verification_not_found': 1 })
    expect(tally([await nodes.check(b.id, b.code)])).toEqual({ '404 verification_not_found': 1 })
    expect(tally([await nodes.check(a.id, b.code)])).toEqual({ '422 code_incorrect': 1 })
    expect((await bank.get(`/verify/${a.id}`)).status).toBe(404)
    expect((await bank.post(`/verify/${a.id}/resend`, {})).status).toBe(404)
    expect((await bank.post(`/verify/${a.id}/cancel`, {})).status).toBe(404)
    const listed = await bank.post('/verify/list', { to: TO })
    expect(JSON.stringify(listed.body)).not.toContain(a.id)
    expect(await remaining(nodes, a.id)).toBe(MAX_ATTEMPTS - 1)
    expect((await nodes.check(a.id, a.code)).status).toBe(200)
    expect((await bank.check(b.id, b.code)).status).toBe(200)
  })

  it('C8: the session of one service finds nothing in another', async () => {
    const { code } = await begin({ session: 'session-for-two-services' })
    const body = { to: TO, session: 'session-for-two-services', code }
    expect((await bank.post('/verify/check', body)).status).toBe(404)
    expect((await nodes.post('/verify/check', body)).status).toBe(200)
  })

  it('C8: an ended one’s code is right nowhere, and nothing is right for a decoy', async () => {
    const canceled = await begin()
    await nodes.post(`/verify/${canceled.id}/cancel`, {})
    const other = await begin()
    expect((await nodes.check(canceled.id, canceled.code)).status).toBe(409)
    if (other.code !== canceled.code)
      expect((await nodes.check(other.id, canceled.code)).status).toBe(422)
    const started = await nodes.start({ to: OTHER_TO, decoy: true })
    const answers = await together(MAX_ATTEMPTS, () => nodes.check(started.body.id, other.code))
    expect(tally(answers)).toEqual({ '422 code_incorrect': MAX_ATTEMPTS })
  })

  it('C8: a code of another length is 400 and not charged', async () => {
    const long = await nodes.as('long')
    const { id, code } = await begin({}, long)
    expect(code).toHaveLength(8)
    expect((await long.check(id, code.slice(0, 6))).status).toBe(400)
    expect(await remaining(long, id)).toBe(MAX_ATTEMPTS)
    expect((await long.check(id, code)).status).toBe(200)
  })
})

describe('C48: an id handed to another flow', () => {
  const mismatch = (answer: Answer, fields: string[]) => {
    expect(answer).toMatchObject({ status: 409, body: { error: 'verification_mismatch' } })
    expect(answer.body.errors.map(({ field }: { field: string }) => field)).toEqual(fields)
    expect(answer.body).not.toHaveProperty('verification')
  }

  it.each([
    ['for `login` to one that changes the address', {}, { purpose: 'change_email' }, ['purpose']],
    ['for `change_email` to one that logs in', { purpose: 'change_email' }, {}, ['purpose']],
    ['for my own number to one that asserts another', {}, { to: OTHER_TO }, ['to']],
    ['for my own number to one that asserts an address', {}, { to: 'ann@example.com' }, ['to']],
    ['for another spelling of the purpose', { purpose: 'pay' }, { purpose: 'pay.' }, ['purpose']],
    ['of a session to one without', { session: SESSION }, {}, ['session']],
    ['without a session to one with', {}, { session: SESSION }, ['session']],
    ['of another browser', { session: SESSION }, { session: OTHER_SESSION }, ['session']],
    [
      'where nothing fits',
      { session: SESSION, purpose: 'login' },
      { session: OTHER_SESSION, purpose: 'pay', to: OTHER_TO },
      ['purpose', 'to', 'session'],
    ],
  ])(
    'C48: %s: 409, named, 20 times at once, no attempt charged',
    async (_name, own, asserted, fields) => {
      const more =
        'session' in own ? { session: `${own.session}-${fields.length}${_name.length}` } : {}
      const started = { ...own, ...more }
      const { id, code } = await begin(started)
      for (const answer of await together(20, () => nodes.check(id, code, asserted)))
        mismatch(answer, fields)
      expect(await remaining(nodes, id)).toBe(MAX_ATTEMPTS)
      expect(await nodes.events(id, 'verification.approved')).toEqual([])
      expect((await nodes.check(id, code, { to: TO, ...started })).status).toBe(200)
    },
  )

  it('C48: the address itself counts, not the budget it shares', async () => {
    const { id, code } = await begin({ to: 'ann+shop@example.com' })
    mismatch(await nodes.check(id, code, { to: 'ann@example.com' }), ['to'])
    mismatch(await nodes.check(id, code, { to: 'Ann+shop@example.com' }), ['to'])
    expect((await nodes.check(id, code, { to: 'ann+shop@EXAMPLE.com' })).status).toBe(200)
  })
})
