// C89: the link of a mail from its start to its approval, over a real socket, where the login flow takes it by its own LINK_URL.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDatabase, type Database } from '../postgres/databases.ts'
import { type Real, startReal } from './real.ts'

const SERVICES = JSON.stringify({
  services: {
    default: { link_url: 'https://app.example.com/in?tenant=7', locale: 'de' },
    pages: {},
  },
})
const PARALLEL = 20
const text = () => randomBytes(16).toString('hex')

describe.each(['SQLite', 'PostgreSQL'])('%s', (engine) => {
  let real: Real
  let database: Database | undefined
  beforeAll(async () => {
    database = engine === 'PostgreSQL' ? await createDatabase() : undefined
    real = await startReal({ SERVICES, ...(database && { DATABASE_URL: database.url }) })
  })
  afterAll(async () => {
    await real?.close()
    await database?.drop()
  })

  async function startWith(change: Record<string, unknown> = {}) {
    const given = { session: text(), link_binding: text() }
    const to = `${text()}@example.com`
    const { status, body } = await real.start({ to, link: true, ...given, ...change })
    if (status !== 201) throw new Error(JSON.stringify(body))
    const { link, code } = await real.message(body.id)
    return { ...given, id: body.id as string, url: link, code, token: tokenIn(link) }
  }
  const tokenIn = (url: string | null) =>
    url === null ? '' : (new URL(url).searchParams.get('link') ?? '')
  const byLink = (
    { token, link_binding, session }: { token: string; link_binding: string; session: string },
    headers = {},
  ) => real.client.post('/verify/check', { link: token, link_binding, session }, headers)

  it('C89: goes out beside the code, leads to LINK_URL, and approves with the value of its start', async () => {
    const started = await startWith()
    const { id, url, code } = started
    expect(url).toMatch(/^https:\/\/app\.example\.com\/in\?tenant=7&link=lnk_[\w-]{48}$/)
    const wrong = await byLink({ ...started, link_binding: text() })
    expect([wrong.status, wrong.body.error]).toEqual([409, 'verification_mismatch'])
    const { status, body } = await byLink(started)
    expect([status, body.status]).toEqual([200, 'approved'])
    const late = await real.client.post('/verify/check', { id, code, session: started.session })
    expect([late.status, late.body.error]).toEqual([409, 'verification_approved'])
    expect(real.lines.join('')).not.toContain(started.token)
  })

  it('I1: 20 links and codes at the same moment are one approval', async () => {
    const started = await startWith()
    const { id, code, session } = started
    const all = await Promise.all(
      Array.from({ length: PARALLEL }, (_, n) =>
        n % 2
          ? byLink(started, n % 3 ? {} : { 'idempotency-key': `${id}-${n}` })
          : real.client.post('/verify/check', { id, code, session }),
      ),
    )
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1)
    const events = await real.admin.get(`/admin/api/events?verification=${id}`)
    const types = events.body.events.map(({ type }: { type: string }) => type)
    expect(types.filter((type: string) => type === 'verification.approved')).toHaveLength(1)
  })
})

describe('C89: what is asked for and does not fit', () => {
  let real: Real
  beforeAll(async () => {
    real = await startReal({ PUBLIC_URL: 'http://localhost:8080' })
  })
  afterAll(() => real?.close())
  const fields = ({ body }: { body: { errors?: { field: string }[] } }) =>
    body.errors?.map(({ field }) => field)
  const binding = text()

  it.each([
    ['a number', { to: '+14155552671', link: true }, ['link']],
    ['a subject', { subject: 'user-1', link: true }, ['link']],
    ['a binding alone', { to: 'a@example.com', link_binding: binding }, ['link_binding']],
    [
      'without LINK_URL',
      { to: 'a@example.com', link: true, link_binding: binding },
      ['link_binding'],
    ],
    ['a short one', { to: 'a@example.com', link: true, link_binding: 'short' }, ['link_binding']],
  ])('a start: %s', async (_, body, expected) => {
    const answer = await real.client.post('/verify/start', body)
    expect([answer.status, fields(answer)]).toEqual([400, expected])
  })

  it.each([
    ['neither', {}, ['code', 'id']],
    ['without its binding', { link: 'lnk_x' }, ['link_binding']],
    ['with a code', { link: 'lnk_x', link_binding: binding, code: '123456' }, ['code']],
    ['with an id', { link: 'lnk_x', link_binding: binding, id: 'vrf_x' }, ['id']],
    [
      'a binding with a code',
      { id: 'vrf_x', code: '123456', link_binding: binding },
      ['link_binding'],
    ],
  ])('a check: %s', async (_, body, expected) => {
    const answer = await real.client.post('/verify/check', body)
    expect([answer.status, fields(answer)]).toEqual([400, expected])
  })

  it('a link that nobody wrote is unknown', async () => {
    const link = `lnk_${'A'.repeat(48)}`
    const answer = await real.client.post('/verify/check', { link, link_binding: binding })
    expect([answer.status, answer.body.error]).toEqual([404, 'verification_not_found'])
  })
})
