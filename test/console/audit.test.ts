// The page of the audit: who is signed in, who did what from where; and one admin signs another one out.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Scope } from '../../src/access/ports.ts'
import { ACTIONS } from '../../src/console/audit-query.ts'
import { wordsOf } from '../../src/console/event-words.ts'
import { ADMIN_EVENTS, type EventRecord } from '../../src/events/types.ts'
import { type Real, startReal } from '../http/real.ts'
import { formTokenOf, type Visitor } from './visitor.ts'
import { makeKey, readable, signedIn } from './world.ts'

let real: Real
let visitor: Visitor
beforeAll(async () => {
  real = await startReal({ SERVICES: JSON.stringify({ services: { default: {}, shop: {} } }) })
  visitor = await signedIn(real)
})
afterAll(() => real.close())

const PATH = '/admin/audit'
const as = async (service: string | null, scopes: Scope[], name: string) =>
  signedIn(real, await makeKey(real, service, scopes, name))

/** The id in the form that signs this one out. */
async function idOf(name: string, by = visitor): Promise<string> {
  const { text } = await by.get(PATH)
  return (
    new RegExp(`name="id" value="([\\w-]{43})"><button aria-label="Sign out ${name}"`).exec(
      text,
    )?.[1] ?? ''
  )
}
const end = async (id: string, by = visitor) =>
  by.post(`${PATH}/end`, { id, form_token: formTokenOf(await by.get('/admin/health')) })

describe('the sessions on the page', () => {
  it('are everybody’s; another one’s can be ended, at once, and the log says by whom', async () => {
    const ben = await as(null, ['admin:read'], 'ben')
    const page = readable(await visitor.get(PATH))
    expect(page).toMatch(/ADMIN_KEY you key all services, full access/)
    expect(page).toMatch(/ben key all services, read only .* Sign out/)
    const ended = await end(await idOf('ben'))
    expect([ended.status, ended.location]).toEqual([303, `${PATH}?done=ended`])
    expect((await ben.get('/admin/health')).status).toBe(303)
    expect(readable(await visitor.get(`${PATH}?done=ended`))).toContain('Signed out: the session')
    const { body } = await real.admin.get('/admin/api/events?type=admin.session_ended')
    expect(body.events).toMatchObject([
      { key_id: 'ADMIN_KEY', client_ip: '127.0.0.1', details: { name: 'ben' } },
    ])
    expect(readable(await visitor.get(`${PATH}?about=sessions`))).toContain('Signed ben out')
  })

  it('of another service are neither seen nor ended, and a viewer ends none', async () => {
    const shop = await as('shop', ['admin'], 'shop-admin')
    const viewer = await as(null, ['admin:support'], 'viewer')
    const [ours, theirs] = [await idOf('shop-admin'), await idOf('viewer')]
    expect(readable(await shop.get(PATH))).not.toMatch(/viewer|ADMIN_KEY/)
    expect((await end(theirs, shop)).status).toBe(404)
    expect((await viewer.get(PATH)).text).not.toContain(`action="${PATH}/end"`)
    expect((await end(ours, viewer)).status).toBe(403)
    for (const id of ['', 'x', 'A'.repeat(43), `${ours}A`]) expect((await end(id)).status).toBe(404)
    expect((await shop.get('/admin/health')).status).toBe(200)
    expect((await viewer.get('/admin/health')).status).toBe(200)
  })
})

describe('what admins did', () => {
  it('is there with who, from where and what about, by subject, page by page', async () => {
    const { body } = await real.start()
    const form_token = formTokenOf(await visitor.get('/admin/health'))
    const agent = { 'user-agent': '<b>an agent</b>' }
    await visitor.post(`/admin/verifications/${body.id}/reveal`, { form_token }, agent)
    const page = await visitor.get(`${PATH}?about=people`)
    expect(readable(page)).toMatch(
      new RegExp(
        `ADMIN_KEY admin key The recipient was shown in plaintext 127\\.0\\.0\\.1 <b>an agent</b> ${body.reference}`,
      ),
    )
    expect(page.text).toContain(`href="/admin/verifications/${body.id}"`)
    expect(page.text).not.toContain('<b>an agent')
    expect(page.text).not.toContain('4155552671')
    expect(readable(await visitor.get(`${PATH}?about=keys`))).toContain('Nothing of this kind')
    for (let i = 0; i < 51; i += 1) await signedIn(real)
    const first = await visitor.get(`${PATH}?about=sessions`)
    const next = /rel="next" href="([^"]+)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect(next).toContain('about=sessions')
    const older = await visitor.get(next)
    expect(readable(older)).toContain('Signed ben out')
    for (const query of ['about=constructor', 'cursor=nonsense', 'about=%00&cursor=%3Cscript%3E'])
      expect([query, (await visitor.get(`${PATH}?${query}`)).status]).toEqual([query, 200])
  })

  it('is found by who, by action, by address and by time, in an address that can be kept', async () => {
    const ann = await as(null, ['admin'], 'ann')
    const { body } = await real.start()
    const form_token = formTokenOf(await ann.get('/admin/health'))
    const reveal = `/admin/verifications/${body.id}/reveal`
    await ann.post(reveal, { form_token }, { 'user-agent': 'of-ann' })
    const rows = async (query: string) => {
      const page = await visitor.get(`${PATH}?${query}`)
      const [, lower = ''] = page.text.split('What admins did, newest first')
      return { text: lower, page: page.text, count: lower.split('role="rowheader"').length - 1 }
    }
    const byName = await rows('who=ann')
    expect([byName.count, byName.text.includes('of-ann')]).toEqual([2, true])
    const id = /href="\/admin\/audit\?who=(key_\w+)"/.exec(byName.text)?.[1] ?? ''
    expect((await rows(`who=${id}&about=people`)).count).toBe(1)
    expect((await rows(`who=${id}&type=admin.signed_in&about=people`)).count).toBe(1)
    expect((await rows(`who=${id}&ip=127.0.0.1`)).count).toBe(2)
    expect((await rows(`who=${id}&ip=%3A%3Affff%3A127.0.0.1`)).count).toBe(2)
    expect((await rows(`who=${id}&ip=192.0.2.7`)).count).toBe(0)
    expect((await rows(`who=${id}&span=hour`)).count).toBe(2)
    expect((await rows(`who=${id}&to=2020-01-01T00:00`)).count).toBe(0)
    expect((await rows('who=nobody')).page).toContain('Nothing of this kind')
    for (const query of [
      'who=%00',
      'type=constructor',
      'type=audit.head',
      'ip=%3Cscript%3E&from=x',
    ])
      expect([query, (await visitor.get(`${PATH}?${query}`)).status]).toEqual([query, 200])
    // The export has what the page shows.
    expect(byName.page).toContain('<input type="hidden" name="who" value="ann">')
    const form = { form_token: formTokenOf(await visitor.get(PATH)), who: 'ann', format: 'jsonl' }
    const { text } = await visitor.post(`${PATH}/export`, form)
    const lines = text
      .replace('\ufeff', '')
      .trim()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
    expect(lines.map(({ type, key_id: by }) => [type, by])).toEqual([
      ...[
        ['recipient.shown', id],
        ['admin.signed_in', id],
      ],
    ])
  })

  it('is found by the API, too, all of it or by one', async () => {
    const { body } = await real.admin.get('/admin/api/events?only=admin&limit=100')
    const types = new Set(body.events.map(({ type }: { type: string }) => type))
    expect(types).toContain('admin.signed_in')
    expect(types).not.toContain('verification.started')
    const query = '/admin/api/events?only=admin&key_id=ADMIN_KEY&limit=100'
    const own = (await real.admin.get(query)).body.events
    expect(new Set(own.map(({ key_id: by }: { key_id: string }) => by))).toEqual(
      new Set(['ADMIN_KEY']),
    )
    const search = { only: 'admin', client_ip: '192.0.2.7' }
    const none = await real.admin.post('/admin/api/events/search', search)
    expect([none.status, none.body]).toEqual([200, { events: [], next_cursor: null }])
  })

  it('C35: is of the admin’s own service', async () => {
    const shop = await as('shop', ['admin'], 'another')
    expect(readable(await shop.get(`${PATH}?about=people`))).toContain('Nothing of this kind')
    expect(readable(await shop.get(PATH))).not.toContain('ADMIN_KEY')
  })
})

describe('events of admins', () => {
  it('have a sentence and a subject for each kind of event', async () => {
    const subjects = Object.keys(ACTIONS)
    expect(subjects.toSorted()).toEqual(
      ADMIN_EVENTS.filter((type) => type !== 'audit.head').toSorted(),
    )
    for (const type of subjects)
      expect(wordsOf({ type, details: {} } as EventRecord)[0]).not.toBe(type)
  })

  it('show who exported a list, and whether the recipients left in plaintext', async () => {
    await real.admin.post('/admin/api/verifications/export', { format: 'csv' })
    const page = readable(await visitor.get(`${PATH}?about=exports`))
    expect(page).toMatch(/An export of verifications began, as csv, with recipients masked/)
    expect(page).toMatch(/The export ended whole, after \d+ rows/)
  })
})
