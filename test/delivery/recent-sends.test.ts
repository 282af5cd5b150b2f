import { describe, expect, it } from 'vitest'
import type { Fault, SendResult } from '../../src/delivery/ports.ts'
import { createRecentSends, type RealSend } from '../../src/delivery/recent-sends.ts'

type Kind = 'accepted' | 'temporary' | 'permanent' | 'ambiguous'
/** As the providers say it. */
const FAULTS: Readonly<Record<string, Fault>> = {
  ...{ http_401: 'account', http_403: 'account', http_404: 'account', http_307: 'account' },
  ...{ smtp_535: 'account', '20003': 'account', '21408': 'destination', '21612': 'destination' },
  ...{ '21211': 'recipient', '21610': 'recipient', invalid_address: 'recipient' },
  ...{ smtp_550: 'recipient', smtp_553: 'recipient', 'smtp_550_5.1.1': 'recipient' },
  ...{ 'smtp_550_5.1.10': 'recipient', 'smtp_550_5.4.1': 'recipient' },
  ...{ 'smtp_550_5.1.2': 'recipient', 'smtp_556_5.1.10': 'recipient' },
}
const resultOf = (kind: Kind, code: string): SendResult => {
  const error = { code, message: 'as the test says' }
  if (kind === 'accepted') return { kind, reference: 'their-id' }
  if (kind === 'temporary') return { kind, error, retryAfterMs: null }
  return kind === 'permanent' ? { kind, fault: FAULTS[code] ?? 'message', error } : { kind, error }
}

const NOW = 1_800_000_000_000
const MINUTE = 60_000
const USUAL = { provider: 'acme', usualMs: 300 }

const COUNTRIES = [
  ['+1', 'US'],
  ['+44', 'GB'],
  ['+49', 'DE'],
] as const
const countryOf = (to: string) => COUNTRIES.find(([prefix]) => to.startsWith(prefix))?.[1] ?? null

/** Real sends as they come in, and the fate of a decoy after them. */
function world() {
  const recent = createRecentSends()
  let count = 0
  const send = (to: string, kind: Kind, code = 'http_503', more: Partial<RealSend> = {}) => {
    count += 1
    const channel = to.includes('@') ? 'email' : 'sms'
    recent.record({
      ...{ id: `att_${count}`, channel, provider: 'acme', to, at: NOW - MINUTE + count },
      country: countryOf(to),
      ...{ durationMs: 40, result: resultOf(kind, code) },
      ...more,
    })
  }
  const decoy = (to: string, now = NOW, random = 0, provider = 'acme') => {
    const channel = to.includes('@') ? ('email' as const) : ('sms' as const)
    return recent.imitate(
      { ...USUAL, channel, to, country: countryOf(to), provider },
      () => random,
      now,
    )
  }
  const fate = (to: string, now = NOW) => decoy(to, now).result.kind
  return { send, decoy, fate }
}

const US = (n: number) => `+1415555267${n}`
const GB = (n: number) => `+44740012345${n}`

describe('C49: the duration of a decoy', () => {
  it('as long as a recent send of its channel and provider, and has no reference', () => {
    const { send, decoy } = world()
    expect(decoy(US(1))).toEqual({
      durationMs: 300,
      result: { kind: 'accepted', reference: null },
    })
    send(US(1), 'accepted', '', { durationMs: 40 })
    send(US(2), 'accepted', '', { durationMs: 90 })
    expect([0, 0.99].map((random) => decoy(US(3), NOW, random).durationMs).sort()).toEqual([40, 90])
    expect(decoy('ann@example.com').durationMs).toBe(300)
    expect(decoy(US(3), NOW, 0, 'other').durationMs).toBe(300)
  })

  it('a person who gets many messages counts once', () => {
    const { send, decoy } = world()
    send(US(1), 'accepted', '', { durationMs: 50 })
    for (let n = 0; n < 50; n += 1) send(US(2), 'accepted', '', { durationMs: 9_000 })
    const took = [0, 0.4, 0.5, 0.9].map((random) => decoy(US(3), NOW, random).durationMs)
    expect(took).toEqual([9_000, 9_000, 50, 50])
  })

  it('as long as at its own domain, once several were reached there', () => {
    const { send, decoy } = world()
    for (const n of [1, 2, 3]) send(`p${n}@slow.example`, 'accepted', '', { durationMs: 5_000 })
    for (const n of [1, 2, 3]) send(`p${n}@mail.example`, 'accepted', '', { durationMs: 60 })
    expect(decoy('x@mail.example', NOW, 0.99).durationMs).toBe(60)
    expect(decoy('x@slow.example', NOW, 0).durationMs).toBe(5_000)
  })
})

describe('C49: a stranger cannot cause an outage for decoys', () => {
  it.each(['temporary', 'ambiguous', 'permanent'] as const)(
    'one or two recipients of their own, however often they fail: %s',
    (kind) => {
      const { send, fate } = world()
      for (let n = 0; n < 9; n += 1) send(US(n % 2), kind)
      expect(fate(US(5))).toBe('accepted')
    },
  )

  it('one mailbox in many spellings is one', () => {
    const { send, fate } = world()
    for (const spelling of ['me', 'me+1', 'm.e', 'ME', 'me-x', 'me+2+3'])
      send(`${spelling}@mail.example`, 'temporary', 'smtp_451')
    expect(fate('ann@mail.example')).toBe('accepted')
  })

  it('their own domain, with any number of mailboxes and subdomains, is theirs alone', () => {
    const { send, fate } = world()
    for (let n = 0; n < 9; n += 1) send(`p${n}@x${n}.evil.example`, 'temporary', 'smtp_451')
    expect(fate('ann@mail.example')).toBe('accepted')
    for (let n = 0; n < 9; n += 1) send(`p${n}@evil.example`, 'permanent', 'smtp_554')
    expect(fate('ann@mail.example')).toBe('accepted')
    expect(fate('ann@evil.example')).toBe('permanent')
  })

  it.each([
    ...['smtp_550_5.1.1', 'smtp_452_4.2.2', 'smtp_550', 'smtp_553', 'smtp_550_5.1.10'],
    ...['smtp_550_5.4.1', '21211', '21610'],
  ])('mailboxes and numbers that do not exist, or accept nothing: %s', (code) => {
    const { send, fate } = world()
    const kind = code.startsWith('smtp_4') ? 'temporary' : 'permanent'
    for (let n = 0; n < 9; n += 1) send(US(n), kind, code)
    for (let n = 0; n < 9; n += 1) send(`p${n}@mail.example`, kind, code)
    expect([fate(US(5)), fate('ann@mail.example')]).toEqual(['accepted', 'accepted'])
  })

  it('a recipient that a gateway blames, whatever its code; an address that no mail can be sent to', () => {
    const { send, fate } = world()
    const blamed = (code: string): SendResult => ({
      ...{ kind: 'permanent', fault: 'recipient', error: { code, message: 'no such number' } },
    })
    for (const code of ['gateway_refused', 'http_400', 'http_404', '105'])
      for (let n = 0; n < 9; n += 1) send(US(n), 'permanent', '', { result: blamed(code) })
    const late = resultOf('permanent', 'smtp_550')
    const afterData = { result: { ...late, fault: 'message' } as SendResult }
    for (let n = 0; n < 9; n += 1) {
      send(`p${n}@x${n}.example`, 'permanent', 'no_smtputf8')
      send(`p${n}@y${n}.example`, 'permanent', '', afterData)
    }
    expect([fate(US(5)), fate('ann@mail.example')]).toEqual(['accepted', 'accepted'])
  })

  it.each([
    ['http_403', 'account'],
    ['http_404', 'account'],
    ['http_307', 'account'],
    ['21612', 'destination'],
  ])('one or two numbers of their own that are answered %s, which may blame the %s', (code) => {
    const { send, fate } = world()
    for (let n = 0; n < 9; n += 1) send(US(n % 2), 'permanent', code)
    expect([fate(US(5)), fate(GB(5))]).toEqual(['accepted', 'accepted'])
    send(US(3), 'permanent', code)
    expect([fate(US(5)), fate(GB(5))]).toEqual(['permanent', 'accepted'])
  })

  it.each(['http_400', 'gateway_refused', 'smtp_554'])(
    'wrong numbers and mailboxes, where others were reached, of a gateway that has no word for them: %s',
    (code) => {
      const { send, fate } = world()
      send(US(0), 'accepted')
      send('ann@mail.example', 'accepted')
      for (let n = 0; n < 19; n += 1) {
        send(`+141555526${70 + n}`, 'permanent', code)
        send(`p${n}@mail.example`, 'permanent', code)
      }
      expect([fate('+14155550123'), fate('bob@mail.example')]).toEqual(['accepted', 'accepted'])
      send('+14155552690', 'permanent', code)
      send('p20@mail.example', 'permanent', code)
      expect([fate('+14155550123'), fate('bob@mail.example')]).toEqual(['permanent', 'permanent'])
    },
  )

  it('wrong numbers in several countries, and domains of their own, where others were reached', () => {
    const { send, fate } = world()
    send(US(0), 'accepted')
    send('ann@mail.example', 'accepted')
    for (let n = 0; n < 6; n += 1) {
      for (const number of [US(n + 1), GB(n), `+4915123456${70 + n}`])
        send(number, 'permanent', 'http_400')
      for (const domain of ['a.example', 'b.test', 'c.invalid'])
        send(`p${n}@${domain}`, 'permanent', 'smtp_554')
    }
    expect([fate('+14155550123'), fate('bob@mail.example')]).toEqual(['accepted', 'accepted'])
    for (let n = 6; n < 9; n += 1) {
      send(GB(n), 'permanent', 'http_400')
      send(`p${n}@a.example`, 'permanent', 'smtp_554')
    }
    expect([fate('+14155550123'), fate('bob@mail.example')]).toEqual(['permanent', 'permanent'])
  })

  it('several that failed before another was reached', () => {
    const { send, fate } = world()
    for (const n of [1, 2, 3]) send(US(n), 'temporary')
    send(US(4), 'accepted')
    expect(fate(US(5))).toBe('accepted')
  })
})

describe('C49: failures that everybody meets happen to decoys', () => {
  it('several recipients of one country, none reached since; another country is not touched', () => {
    const { send, fate, decoy } = world()
    send(US(0), 'accepted')
    for (const n of [1, 2, 3]) send(US(n), 'temporary', 'http_503', { durationMs: 7 })
    expect(decoy(US(5))).toMatchObject({
      durationMs: 7,
      result: { kind: 'temporary', error: { code: 'http_503' } },
    })
    expect(fate(GB(5))).toBe('accepted')
    send(US(6), 'accepted')
    expect(fate(US(5))).toBe('accepted')
  })

  it('in words of its own: the id of another send is not repeated, nor its domain', () => {
    const { send, decoy } = world()
    const told = [1, 2, 3].map(
      (n) => `d${n}.example${n}.org: request a${n}${n + 3}x${n * 3}y failed`,
    )
    told.forEach((message, at) => {
      const error = { code: 'gateway_refused', message }
      const result = { kind: 'temporary', error, retryAfterMs: null } as const
      send(`ann@d${at + 1}.example${at + 1}.org`, 'temporary', '', { result })
    })
    const { result } = decoy('bob@elsewhere.example')
    expect(result).toMatchObject({ kind: 'temporary', error: { code: 'gateway_refused' } })
    const message = result.kind === 'accepted' ? '' : result.error.message
    expect(message).toMatch(/^elsewhere\.example: request [a-z]\d\d[a-z]\d[a-z] failed$/)
    for (const one of told) expect(one).not.toContain(message.split(' ')[2])
  })

  it('several countries or domains: every one', () => {
    const { send, fate } = world()
    for (const n of [1, 2, 3]) send(`ann@d${n}.example${n}.org`, 'temporary')
    expect(fate('bob@elsewhere.example')).toBe('temporary')
  })

  it.each(['connection_refused', 'name_not_found', 'tls_failed', 'http_401', 'smtp_535', '20003'])(
    'the way to the provider, or its account, at the first: %s',
    (code) => {
      const { send, fate } = world()
      send(US(1), code in FAULTS ? 'permanent' : 'temporary', code)
      expect(fate(GB(5))).not.toBe('accepted')
      send(US(2), 'accepted')
      expect(fate(GB(5))).toBe('accepted')
    },
  )

  it.each([
    ['a country, by its code at the first', GB(1), '21408', 1, GB(5), US(5)],
    ['a country, by several', GB(1), 'http_400', 3, GB(5), US(5)],
    [
      'a domain, by its code',
      'a@gone.example',
      'smtp_550_5.1.2',
      1,
      'b@gone.example',
      'b@x.example',
    ],
    [
      'a domain without mail',
      'a@null.example',
      'smtp_556_5.1.10',
      1,
      'b@null.example',
      'b@x.example',
    ],
    ['a domain, by several', 'a@shut.example', 'smtp_554', 3, 'b@shut.example', 'b@x.example'],
  ])('a permanent refusal: %s', (_, to, code, times, there, elsewhere) => {
    const { send, fate } = world()
    const persons = to.includes('@')
      ? ['a', 'b', 'c'].map((one) => one + to.slice(1))
      : [1, 2, 3].map(GB)
    for (const person of persons.slice(0, times)) send(person, 'permanent', code)
    expect([fate(there), fate(elsewhere)]).toEqual(['permanent', 'accepted'])
    expect(fate(there, NOW + 60 * MINUTE)).toBe('permanent')
    send(persons[0] ?? '', 'accepted')
    expect(fate(there)).toBe('accepted')
  })

  it('an outage that nobody saw for two minutes is forgotten, and resumes with the next failure', () => {
    const { send, fate } = world()
    for (const n of [1, 2, 3]) send(US(n), 'temporary', 'http_503', { at: NOW })
    expect(fate(US(5), NOW + 119_999)).toBe('temporary')
    expect(fate(US(5), NOW + 120_000)).toBe('accepted')
    send(US(4), 'temporary', 'http_503', { at: NOW + 300_000 })
    expect(fate(US(5), NOW + 300_001)).toBe('temporary')
  })

  it('a send that is read twice, or late, counts once and in its place', () => {
    const { send, fate } = world()
    for (const n of [1, 2, 3]) send(US(n), 'temporary', 'http_503', { id: 'att_same' })
    expect(fate(US(5))).toBe('accepted')
    const other = world()
    for (const n of [1, 2, 3]) other.send(US(n), 'temporary', 'http_503', { at: NOW })
    other.send(US(4), 'accepted', '', { at: NOW - 5_000 })
    expect(other.fate(US(5))).toBe('temporary')
  })

  it('keeps no more than a bound', () => {
    const recent = createRecentSends()
    for (let n = 0; n < 2_000; n += 1)
      recent.record({
        ...{
          id: `att_${n}`,
          channel: 'sms',
          provider: 'acme',
          to: US(1),
          country: 'US',
          at: NOW + n,
        },
        ...{ durationMs: 1, result: { kind: 'accepted', reference: null } },
      })
    expect([recent.knows('att_0'), recent.knows('att_1999')]).toEqual([false, true])
  })
})
