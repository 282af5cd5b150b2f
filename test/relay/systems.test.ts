// Each login system's proof and payload, without a service: what is believed, and what is read of it.

import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { RELAY_SYSTEMS, type RelaySystem } from '../../src/kernel/relay-systems.ts'
import type { Reading } from '../../src/relay/ports.ts'
import { SYSTEMS } from '../../src/relay/systems/all.ts'
import { T0 } from '../contract/rows.ts'
import { GOLDEN, SECRETS, type Sent, sent, signWebhook, supabaseMail } from './golden.ts'

const CODE = '482913'
const FRESH_SECONDS = 300

const golden = (system: RelaySystem, options: Parameters<typeof sent>[2] = { at: T0 }) =>
  sent(system, GOLDEN[system].payload(CODE, GOLDEN[system].to), options)

/** Whether the request is believed, by this secret and at this time. */
function isBelieved(
  system: RelaySystem,
  { body, headers }: Sent,
  { now = T0, secret = SECRETS[system] }: { now?: number; secret?: string } = {},
): boolean {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  const proof = SYSTEMS[system].prove(Object.fromEntries(lower), now)
  return proof?.fits(secret, Buffer.from(body)) ?? false
}

const read = (system: RelaySystem, payload: object): Reading =>
  SYSTEMS[system].read(JSON.parse(JSON.stringify(payload)))

function messageOf(system: RelaySystem, payload: object) {
  const reading = read(system, payload)
  if (reading.kind !== 'messages') throw new Error(reading.kind)
  return reading.messages
}

describe.each(RELAY_SYSTEMS)('C93: %s', (system) => {
  const { to, payload } = GOLDEN[system]

  it('is believed by its own secret, and by no other', () => {
    const request = golden(system)
    expect(isBelieved(system, request)).toBe(true)
    const other =
      system === 'supabase' ? `whsec_${Buffer.alloc(32, 3).toString('base64')}` : 'another-secret-1'
    expect(isBelieved(system, request, { secret: other })).toBe(false)
    expect(isBelieved(system, { ...request, headers: {} })).toBe(false)
    for (const name of Object.keys(request.headers).filter((one) => one !== 'content-type'))
      for (const value of ['', 'x', `${'x'.repeat(3000)}`])
        expect(
          isBelieved(system, { ...request, headers: { ...request.headers, [name]: value } }),
          `${name}: ${value.slice(0, 9)}`,
        ).toBe(false)
  })

  it('gives a code to one person, and nothing else of its payload is read', () => {
    const [message, ...others] = messageOf(system, payload(CODE, to))
    expect(others).toEqual([])
    expect(message).toMatchObject({ to, code: CODE })
    expect(JSON.stringify(message)).not.toContain('evil')
  })

  it('may give a code of letters', () => {
    // In a text nobody knows which word such a code is: there it is the whole text.
    const given = system === 'keycloak' ? { to, message: 'K7QZ4M' } : payload('K7QZ4M', to)
    expect(messageOf(system, given)[0]?.code).toBe('K7QZ4M')
  })

  it('is one message where it repeats itself, and another with another code or person', () => {
    const first = payload(CODE, to)
    const again = messageOf(system, first)[0]?.once
    expect(messageOf(system, first)[0]?.once).toEqual(again)
    for (const [code, person] of [
      ['482914', to],
      [CODE, '+14155552600'],
    ] as const)
      expect(messageOf(system, payload(code, person))[0]?.once).not.toEqual(again)
  })

  it('cannot be read in another shape', () => {
    for (const odd of [null, [], 'text', 5, {}, { to: 5 }, { to: ['+1'] }])
      expect(SYSTEMS[system].read(odd)).toEqual({ kind: 'unreadable' })
  })
})

const SIGNED = ['supabase', 'zitadel', 'authgear'] as const

describe.each(SIGNED)('C93: the signature of %s', (system) => {
  it('is over the body as it was sent, byte for byte', () => {
    const { to, payload } = GOLDEN[system]
    const text = JSON.stringify(payload(CODE, to))
    // The same JSON to a parser: a digit as an escape.
    const escaped = text.replaceAll(CODE, String.raw`\u00348291\u0033`)
    expect(JSON.parse(escaped)).toEqual(JSON.parse(text))
    const request = sent(system, escaped, { at: T0 })
    expect(isBelieved(system, request)).toBe(true)
    expect(isBelieved(system, { ...request, body: text })).toBe(false)
    expect(isBelieved(system, { ...request, body: `${request.body} ` })).toBe(false)
  })
})

describe.each(['supabase', 'zitadel'] as const)('C93: the time of %s', (system) => {
  it.each([
    [FRESH_SECONDS, true],
    [-FRESH_SECONDS, true],
    [FRESH_SECONDS + 1, false],
    [-FRESH_SECONDS - 1, false],
  ])('%i s after it was signed: %s', (seconds, believed) => {
    expect(isBelieved(system, golden(system), { now: T0 + seconds * 1000 })).toBe(believed)
  })

  it('is part of what is signed', () => {
    const request = golden(system)
    const moved = Object.entries(request.headers).map(([name, value]) => [
      name,
      value.replace(String(T0 / 1000), String(T0 / 1000 + 1)),
    ])
    expect(moved).not.toEqual(Object.entries(request.headers))
    expect(isBelieved(system, { ...request, headers: Object.fromEntries(moved) })).toBe(false)
  })
})

describe('C93: several signatures', () => {
  const [first, second] = [SECRETS.supabase, `whsec_${Buffer.alloc(24, 9).toString('base64')}`]
  const body = JSON.stringify({ a: 1 })

  it.each([', ', ' '])('of Standard Webhooks, separated by "%s", are each tried', (separator) => {
    const headers = signWebhook(body, T0, second, first)
    const joined = headers['webhook-signature'].replace(', ', separator)
    for (const secret of [first, second])
      expect(
        isBelieved(
          'supabase',
          { body, headers: { ...headers, 'webhook-signature': joined } },
          { secret },
        ),
      ).toBe(true)
  })

  it('of another version count for nothing', () => {
    const headers = signWebhook(body, T0, first)
    const other = headers['webhook-signature'].replace('v1,', 'v1a,')
    expect(
      isBelieved('supabase', { body, headers: { ...headers, 'webhook-signature': other } }),
    ).toBe(false)
  })

  it('of Zitadel are each tried', () => {
    const t = T0 / 1000
    const mac = createHmac('sha256', SECRETS.zitadel).update(`${t}.${body}`).digest('hex')
    const header = `t=${t},v1=${'0'.repeat(64)},v1=${mac}`
    expect(isBelieved('zitadel', { body, headers: { 'zitadel-signature': header } })).toBe(true)
  })
})

describe('C93: a secret in a header', () => {
  it.each([
    ['bare', SECRETS.logto],
    ['bearer', `bearer ${SECRETS.logto}`],
    ['basic', `Basic ${Buffer.from(`anybody:${SECRETS.logto}`).toString('base64')}`],
  ])('%s', (_form, authorization) => {
    expect(isBelieved('logto', { body: '', headers: { authorization } })).toBe(true)
  })
})

describe('C93: Supabase', () => {
  const ann = 'ann@example.com'
  const next = 'ann@new.example.com'

  it.each([
    ['signup', 'signup'],
    ['invite', 'invite'],
    ['magiclink', 'login'],
    ['recovery', 'recovery'],
    ['reauthentication', 'confirm'],
    ['something_of_next_year', 'login'],
  ])('a mail for %s is for %s', (type, purpose) => {
    expect(messageOf('supabase', supabaseMail(type, { token: CODE }))).toMatchObject([
      { to: ann, code: CODE, purpose, ip: '203.0.113.7' },
    ])
  })

  it('a change of address that both confirm is two messages, each with its own code', () => {
    const data = { token: '111111', token_new: '222222' }
    const hook = supabaseMail('email_change', data, { new_email: next })
    const messages = messageOf('supabase', hook)
    expect(messages).toMatchObject([
      { to: ann, code: '111111', purpose: 'change' },
      { to: next, code: '222222', purpose: 'change' },
    ])
    const [one, other] = messages.map(({ once }) => JSON.stringify(once))
    expect(one).not.toBe(other)
  })

  it('a change that the new address alone confirms is one message to it', () => {
    const hook = supabaseMail('email_change', { token: CODE }, { new_email: next })
    expect(messageOf('supabase', hook)).toMatchObject([{ to: next, code: CODE }])
  })

  it('a notification has no code, and is no message', () => {
    expect(read('supabase', supabaseMail('password_changed_notification', {}))).toEqual({
      kind: 'nothing',
      type: 'password_changed_notification',
    })
  })

  it('a project without metadata is known by what it sends', () => {
    const { metadata: _, ...hook } = supabaseMail('signup', { token: CODE })
    expect(messageOf('supabase', hook)[0]?.once).toMatchObject({ by: 'minute' })
  })
})

describe('C93: no text but a code', () => {
  it.each([
    'Win at https://evil.example',
    'Your codes are 482913 and 482914.',
    'Call +14155552671 now',
    '',
  ])('Keycloak’s text "%s" has none', (message) => {
    expect(read('keycloak', { to: '+14155552671', message })).toEqual({ kind: 'unreadable' })
  })

  it.each([
    ['kratos', { to: 'ann@example.com', type: 'recovery_code_invalid', id: '1' }],
    [
      'logto',
      { to: 'ann@example.com', type: 'OrganizationInvitation', payload: { link: 'https://x' } },
    ],
    [
      'zitadel',
      {
        contextInfo: {
          eventType: 'user.password.changed',
          recipientEmailAddress: 'ann@example.com',
        },
      },
    ],
    [
      'authgear',
      { to: '+14155552671', body: 'text', template_name: 'welcome.txt', template_variables: {} },
    ],
  ] as const)('%s: a message of a kind without a code is none', (system, payload) => {
    expect(read(system, payload).kind).toBe('nothing')
  })
})
