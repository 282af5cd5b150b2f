// The event log over the API, with the real domain and store behind it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from './client.ts'
import { type Real, startReal } from './real.ts'

let real: Real
let id: string
let reference: string
let code: string
beforeAll(async () => {
  real = await startReal()
  const started = await real.start({
    client_ip: '2001:DB8::1',
    user_agent: '\u001b[31m<script>alert(1)</script>\n=cmd()',
    metadata: { note: '<script>"quoted"</script>' },
  })
  ;({ id, reference } = started.body)
  code = (await real.message(id)).code
  await real.client.post('/verify/check', { id, code: code === '000000' ? '000001' : '000000' })
  await real.client.post('/verify/check', { id, code })
  await real.client.post('/verify/start', { nonsense: true })
  await real.start({ to: 'ann@example.com' })
})
afterAll(() => real.close())

const typesOf = (events: { type: string }[]) => events.map(({ type }) => type)
const get = async (query: string) =>
  (await real.admin.get(`/admin/api/events?${query}`)).body.events
const search = async (body: object) =>
  (await real.admin.post('/admin/api/events/search', body)).body.events

describe('filters', () => {
  it('by verification and by reference, in any spelling, newest first', async () => {
    const types = typesOf(await get(`verification=${id}`))
    expect(types).toEqual(expect.arrayContaining(['verification.started', 'check.incorrect']))
    expect(types.indexOf('verification.approved')).toBeLessThan(types.indexOf('check.incorrect'))
    for (const said of [reference, reference.toLowerCase(), reference.replace('-', '')])
      expect(typesOf(await get(`reference=${said}`))).toEqual(types)
  })

  it('by recipient in any spelling, in a body only', async () => {
    const all = await search({ recipient: '+14155552671', limit: 100 })
    expect(typesOf(all)).toContain('verification.approved')
    expect(await search({ recipient: '(415) 555-2671', country: 'us', limit: 100 })).toEqual(all)
    expect(await search({ recipient: '+14155552672' })).toEqual([])
    const { status, body } = await real.admin.get('/admin/api/events?recipient=%2B14155552671')
    expect([status, body.errors[0].field]).toEqual([400, 'recipient'])
    const bad = await real.admin.post('/admin/api/events/search', { recipient: 'nobody' })
    expect([bad.status, bad.body.errors[0].field]).toEqual([400, 'recipient'])
  })

  it('by type and time, page by page', async () => {
    const refused = await get('type=request.refused')
    expect(refused).toMatchObject([
      { service: 'default', key_id: 'API_KEY', details: { error: 'invalid_request' } },
    ])
    expect(await get('since=2100-01-01T00:00:00Z')).toEqual([])
    expect(await get('until=2000-01-01T00:00:00Z')).toEqual([])
    const seen: number[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string =
        cursor === '' ? 'limit=2' : `limit=2&cursor=${encodeURIComponent(cursor)}`
      const { body } = await real.admin.get(`/admin/api/events?${query}`)
      seen.push(...body.events.map(({ sequence }: { sequence: number }) => sequence))
      cursor = body.next_cursor
    }
    expect(seen).toEqual(seen.toSorted((a, b) => b - a))
    expect(new Set(seen).size).toBe((await get('limit=100')).length)
  })

  it.each([
    ['type=nothing', 'type'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=ten', 'limit'],
    ['since=yesterday', 'since'],
    ['reference=K7Q', 'reference'],
    ['cursor=made-up', 'cursor'],
    ['service=other', 'service'],
    ['limit=1&limit=2', 'limit'],
  ])('%s is 400 and names the field', async (query, field) => {
    const { status, body } = await real.admin.get(`/admin/api/events?${query}`)
    expect([status, body.errors[0].field]).toEqual([400, field])
  })
})

describe('the content of an event', () => {
  it('C32: a stranger’s text is bounded, without control characters, in the log file too', async () => {
    const [started] = (await get(`verification=${id}`)).toReversed()
    expect(started).toMatchObject({ client_ip: '2001:db8::1', key_id: 'API_KEY' })
    expect(started.user_agent).toBe('\ufffd[31m<script>alert(1)</script>\ufffd=cmd()')
    const log = real.lines.join('')
    expect(log).not.toContain('\u001b')
    for (const line of real.lines) expect(() => JSON.parse(line)).not.toThrow()
  })

  it('C30: no code and no recipient in events, answers to the admin, or the log at trace', async () => {
    const events = JSON.stringify([
      await get('limit=100'),
      await search({ recipient: '+14155552671' }),
    ])
    const told = events + real.lines.join('')
    expect(told).not.toContain(code)
    expect(told).not.toMatch(/4155552671|ann@example\.com/)
  })

  it('C35: a key of one service reads its own events only', async () => {
    const reader = await createClient(real.url, null)
    const { status } = await reader.get('/admin/api/events')
    expect(status).toBe(401)
  })
})
