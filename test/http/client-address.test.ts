// Whose address counts: the body's, else X-Forwarded-For of a trusted peer, else none.

import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Double, KEY, startDouble } from './double.ts'
import { type Real, startReal } from './real.ts'

/** Node's client, for fetch joins headers of one name. @returns the address that the domain was told */
async function addressSeen(
  double: Double,
  forwarded: string[],
  clientIp?: string,
  name = 'x-forwarded-for',
) {
  double.calls.length = 0
  const status = await new Promise((resolve, reject) => {
    const outgoing = request(
      `${double.server.url}/verify/start`,
      { method: 'POST' },
      (incoming) => {
        incoming.resume().on('end', () => resolve(incoming.statusCode))
      },
    )
    outgoing.on('error', reject)
    outgoing.setHeader('authorization', `Bearer ${KEY}`)
    outgoing.setHeader('content-type', 'application/json')
    if (forwarded.length > 0) outgoing.setHeader(name, forwarded)
    outgoing.end(JSON.stringify({ to: '+14155552671', client_ip: clientIp }))
  })
  expect(status).toBe(201)
  const [call] = double.calls
  return (call?.command.endUser as { clientIp: string | null } | undefined)?.clientIp
}

describe('no trusted proxy', () => {
  let double: Double
  beforeAll(async () => {
    double = await startDouble()
  })
  afterAll(() => double.close())

  it('C13: X-Forwarded-For is not believed, whatever it contains', async () => {
    expect(await addressSeen(double, ['203.0.113.9'])).toBeNull()
    expect(await addressSeen(double, ['for=203.0.113.9'], undefined, 'forwarded')).toBeNull()
    expect(await addressSeen(double, ['203.0.113.9', '198.51.100.1'], '192.0.2.1')).toBe(
      '192.0.2.1',
    )
  })

  it.each([
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['64:ff9b::c000:201', '192.0.2.1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['192.0.2.1:5060', '192.0.2.1'],
  ])('C13: client_ip %s is %s', async (given, seen) => {
    expect(await addressSeen(double, [], given)).toBe(seen)
  })
})

describe('a trusted proxy', () => {
  let double: Double
  beforeAll(async () => {
    double = await startDouble({ trusted: ['127.0.0.0/8', '10.0.0.0/8'] })
  })
  afterAll(() => double.close())

  it.each<[string, string[], string | null]>([
    ['the first untrusted from the right', ['1.1.1.1, 203.0.113.9, 10.0.0.7'], '203.0.113.9'],
    ['over several headers', ['1.1.1.1', '203.0.113.9', '10.0.0.7'], '203.0.113.9'],
    ['IPv4-mapped, upper case', ['::FFFF:203.0.113.9'], '203.0.113.9'],
    ['with a port', ['203.0.113.9:1234'], '203.0.113.9'],
    ['garbage in its place', ['203.0.113.9, <script>'], null],
    ['unknown in its place', ['203.0.113.9, unknown'], null],
    ['nothing', [], null],
  ])('C13: %s', async (_name, headers, seen) => {
    expect(await addressSeen(double, headers)).toBe(seen)
  })

  it('C13: Forwarded, over several headers', async () => {
    const headers = ['for=1.1.1.1;proto=http', 'for="203.0.113.9:5060"', 'for=10.0.0.7;by=_b']
    expect(await addressSeen(double, headers, undefined, 'forwarded')).toBe('203.0.113.9')
  })

  it('C13: client_ip comes first', async () => {
    expect(await addressSeen(double, ['203.0.113.9'], '192.0.2.1')).toBe('192.0.2.1')
  })
})

describe('with the real domain', () => {
  let real: Real
  beforeAll(async () => {
    real = await startReal({ CLIENT_IP: 'required' })
  })
  afterAll(() => real.close())

  it('C13: a start without an address is 400, and a forged header does not count', async () => {
    for (const headers of [{}, { 'x-forwarded-for': '203.0.113.9' }]) {
      const { status, body } = await real.start({}, headers)
      expect([status, body.errors?.[0]?.field]).toEqual([400, 'client_ip'])
    }
    expect((await real.start({ client_ip: '203.0.113.9' })).status).toBe(201)
  })
})
