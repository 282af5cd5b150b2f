// The page of the audit: who is signed in, who did what from where; and one admin signs another one out.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Scope } from '../../src/access/ports.ts'
import { SUBJECTS } from '../../src/console/audit.ts'
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

  it('C35: is of the admin’s own service', async () => {
    const shop = await as('shop', ['admin'], 'another')
    expect(readable(await shop.get(`${PATH}?about=people`))).toContain('Nothing of this kind')
    expect(readable(await shop.get(PATH))).not.toContain('ADMIN_KEY')
  })
})

describe('events of admins', () => {
  it('have a sentence and a subject for each kind of event', async () => {
    const subjects = Object.values(SUBJECTS).flatMap(({ types }): readonly string[] => types)
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
