// Addresses and methods: one spelling, one method, and nothing is changed by looking.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Client, createClient } from './client.ts'
import { type Double, ID, KEY, startDouble } from './double.ts'

let double: Double
let client: Client
beforeAll(async () => {
  double = await startDouble()
  client = await createClient(double.server.url, KEY)
})
afterAll(() => double.close())
beforeEach(() => {
  double.calls.length = 0
})

const CHANGING = [
  '/verify/start',
  '/verify/check',
  '/verify/list',
  `/verify/${ID}/resend`,
  `/verify/${ID}/cancel`,
]

describe('methods', () => {
  it.each(
    CHANGING.flatMap((path) => [
      ['GET', path],
      ['HEAD', path],
    ]),
  )('C40: %s %s changes nothing', async (method, path) => {
    const answer = await client.send(method, `${path}?code=123456&id=${ID}`)
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('POST')
    expect(double.calls).toEqual([])
  })

  it('C40: GET and HEAD of a verification only read', async () => {
    await client.get(`/verify/${ID}?code=123456`)
    await client.send('HEAD', `/verify/${ID}`)
    expect(double.calls.map(({ operation }) => operation)).toEqual(['get', 'get'])
  })

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'])(
    '%s is 405 with Allow',
    async (method) => {
      const start = await client.send(method, '/verify/start')
      expect([start.status, start.body.error, start.headers.get('allow')]).toEqual([
        405,
        'method_not_allowed',
        'POST',
      ])
      const one = await client.send(method, `/verify/${ID}`)
      expect([one.status, one.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
      expect(double.calls).toEqual([])
    },
  )
})

describe('addresses', () => {
  it.each([
    '/verify/start/',
    '//verify/start',
    '/verify//start',
    '/Verify/Start',
    '/verify/start;x=1',
    '/verify/start%2f',
    '/v1/verify/start',
    '/verify/check/',
    '/dev/inbox',
    '/dev/inbox/stream',
  ])('C18: %s opens no second way in', async (path) => {
    const { status } = await client.post(path, { to: '+14155552671' })
    // Some are the address of a verification, which takes no POST.
    expect([404, 405]).toContain(status)
    expect(double.calls).toEqual([])
  })

  it.each([
    '/verify/%73tart',
    '/./verify/start',
    '/x/../verify/start',
    '/verify/start?x=1',
    '/verify/start#x',
  ])('C18: %s is the same route, or none', async (path) => {
    const { status } = await client.post(path, { to: '+14155552671' })
    expect([201, 404]).toContain(status)
    expect(double.calls.map(({ operation }) => operation)).toEqual(status === 201 ? ['start'] : [])
  })

  it('C18: another method by header or query is not believed', async () => {
    const headers = { 'x-http-method-override': 'POST', 'x-original-url': '/verify/start' }
    expect((await client.get('/verify/start?_method=POST', headers)).status).toBe(405)
    expect(double.calls).toEqual([])
  })
})
