// I21 in the console: a row of the abuse page becomes an entry, which blocks, is shown with its reason and maker, and is ended.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Real, startReal } from '../http/real.ts'
import { formTokenOf, type Visitor } from './visitor.ts'
import { makeKey, readable, signedIn } from './world.ts'

const PATH = '/admin/lists'
const HOSTILE = '"><script>alert(1)</script>'
/** The first is the only one with a code that works: an attack never uses one. */
const NUMBERS = Array.from({ length: 7 }, (_, n) => `+22507010203${10 + n}`)

let real: Real
let visitor: Visitor
beforeAll(async () => {
  real = await startReal({
    SERVICES: JSON.stringify({ services: { default: {}, shop: {} } }),
    ...{ CLIENT_IP: 'required', LIMIT_SENDS_PER_IP_BURST: '4/600' },
  })
  visitor = await signedIn(real)
})
afterAll(() => real.close())

async function post(action: string, form: Record<string, string>, by = visitor) {
  const form_token = formTokenOf(await by.get('/admin/health'))
  return by.post(`${PATH}/${action}`, { form_token, ...form })
}
const FORM = { effect: 'refuse', by: 'prefix', value: '+225 0701', service: '', hours: '24' }
const start = (to: string, client_ip = '192.0.2.7') =>
  real.client.post('/verify/start', { to, client_ip })
const idIn = ({ text }: { text: string }) => /lst_[0-9a-v]{32}/.exec(text)?.[0] ?? ''

describe('the abuse page', () => {
  it('shows who is refused by which limit, and codes that nobody used, with a way to an entry', async () => {
    for (const [n, to] of NUMBERS.entries()) {
      const { body } = await start(to, n < 5 ? '192.0.2.7' : `198.51.100.${n}`)
      if (body.id) await real.client.post(`/verify/${body.id}/cancel`, {})
    }
    for (const to of ['+2250701020330', '+2250701020331', '+2250701020332'])
      await real.client.post(`/verify/${(await start(to, '198.51.100.9')).body.id}/cancel`, {})
    const page = await visitor.get('/admin/abuse?span=1h')
    const text = readable(page)
    expect(text).toMatch(/sends_per_ip_burst 1 Messages requested from one address/)
    expect(page.text).toContain('/admin/refusals?limit=sends_per_ip_burst&amp;span=hour')
    expect(text).toMatch(/CI 9 0 9 – [A-Z2-9]{3}-[A-Z2-9]{3}/)
    expect(text).toMatch(/\+225070102•••• 9 9 /)
    expect(text).toMatch(/198\.51\.100\.0\/24 5 0 5/)
    expect(page.text).toContain('/admin/lists?by=prefix&amp;value=225070102#new')
    expect(page.text).not.toMatch(/22507010203/)
    const { body } = await real.admin.get('/admin/api/abuse?span=1h')
    expect(body).toMatchObject({
      ...{ span: '1h', complete: true, verifications: 9 },
      refused: [{ reason: 'sends_per_ip_burst', times: 1 }],
      countries: [{ value: 'CI', starts: 9, approved: 0, wasted: 9, costs: [] }],
      sequences: [{ value: '225070102', numbers: 9, close: 9 }],
    })
  })

  it('of one service it shows that service alone', async () => {
    const shop = await signedIn(real, await makeKey(real, 'shop', ['admin:read']))
    const text = readable(await shop.get('/admin/abuse'))
    expect(text).toContain('Nobody was refused.')
    expect(text).not.toContain('CI')
    expect((await shop.get('/admin/abuse')).text).not.toContain('Block…')
  })
})

describe('I21: the lists page', () => {
  it('fills the form in from a row; the entry blocks, is shown with reason and maker, and ends', async () => {
    const form = await visitor.get(`${PATH}?by=prefix&value=225070102`)
    expect(form.text).toContain('value="225070102"')
    expect((await post('create', { ...FORM, reason: HOSTILE })).location).toBe(`${PATH}?done=made`)
    expect((await start('+2250701020340', '192.0.2.99')).body.error).toBe('recipient_blocked')
    const page = await visitor.get(`${PATH}?done=made`)
    await vi.waitFor(async () => {
      const refusals = await visitor.get('/admin/refusals?error=recipient_blocked')
      expect(refusals.text).toContain(`/admin/lists?entry=${idIn(page)}`)
    })
    const found = { form_token: formTokenOf(page), find: idIn(page) }
    expect((await visitor.post(`${PATH}/find`, found)).location).toBe(`${PATH}?entry=${idIn(page)}`)
    expect(readable(await visitor.get(`${PATH}?entry=${idIn(page)}`))).toMatch(
      /Only the entry lst_\w+ \. All entries .* 2250701 a prefix of numbers blocked/,
    )
    expect(readable(await visitor.get(`${PATH}?entry=nonsense`))).toContain('No entries match.')
    expect(page.text).not.toContain('<script>alert')
    expect(readable(page)).toMatch(
      /Made: it holds from now on.* 2250701 a prefix of numbers blocked .*alert.* by ADMIN_KEY every service End…/,
    )
    expect((await post('create', { ...FORM, reason: 'again' })).location).toBe(
      `${PATH}?done=exists`,
    )
    const id = idIn(page)
    expect((await post('end', { id, reason: '' })).status).toBe(404)
    expect((await post('end', { id, reason: 'a mistake' })).location).toBe(`${PATH}?done=ended`)
    expect((await post('end', { id, reason: 'a mistake' })).status).toBe(404)
    expect((await start('+2250701020340', '192.0.2.99')).status).toBe(201)
    expect(readable(await visitor.get(PATH))).toContain('No entries match.')
    expect(readable(await visitor.get(`${PATH}?over=1`))).toMatch(/2250701 .* over /)
    expect(readable(await visitor.get('/admin/audit?about=lists'))).toMatch(
      /An entry of the lists was ended: block prefix 2250701: a mistake/,
    )
  })

  it('finds a person in any spelling, masked, there and on their own page', async () => {
    const given = { ...FORM, by: 'number', value: '+1 415 555 4031', reason: 'ticket 7' }
    expect((await post('create', given)).location).toBe(`${PATH}?done=made`)
    const form_token = formTokenOf(await visitor.get(PATH))
    const found = await visitor.post(`${PATH}/find`, { form_token, find: '+14155554031' })
    expect(decodeURIComponent(found.location ?? '')).not.toContain('4155554031')
    const page = await visitor.get(found.location ?? '')
    expect(readable(page)).toMatch(/Only \+141•••31.* ticket 7/)
    expect(page.text).not.toContain('4155554031')
    const person = /\/admin\/person\?who=[\w-]+/.exec(page.text)?.[0] ?? ''
    expect(readable(await visitor.get(person))).toMatch(
      /On the lists: Show or end blocked in every service, until .*: ticket 7/,
    )
    const nobody = await visitor.post(`${PATH}/find`, { form_token, find: 'nobody at all' })
    expect((await visitor.get(nobody.location ?? '')).status).toBe(200)
  })

  it.each([
    [{ value: '22' }, 422, 'Value must be the first 4 to 14 digits'],
    [{ by: 'network', value: '0.0.0.0/0' }, 422, 'Value must be a network of /8 at the widest'],
    [{ reason: ' ' }, 422, 'Why must be one line of 1 to 200 characters'],
    [{ service: 'bank' }, 422, 'Service does not exist'],
    [{ hours: '99999' }, 422, 'Ends must lie in the future, within ten years'],
    [{ hours: '-1' }, 400, 'Use the form of the lists'],
    [{ effect: 'destroy' }, 400, 'Use the form of the lists'],
    [{ by: 'planet' }, 400, 'Use the form of the lists'],
  ])(
    '%j is not made, in words, and the form keeps what was typed',
    async (change, status, words) => {
      const made = await post('create', { ...FORM, reason: 'why', ...change })
      expect([made.status, readable(made)]).toEqual([status, expect.stringContaining(words)])
      if (status === 422 && 'value' in change)
        expect(made.text).toContain(`value="${change.value}"`)
    },
  )

  it('C35: an admin of one service makes and sees entries of that service alone; a reader none', async () => {
    const shop = await signedIn(real, await makeKey(real, 'shop', ['admin']))
    expect(readable(await shop.get(PATH))).toContain('No entries match.')
    const own = { ...FORM, by: 'country', value: 'FR', reason: 'mine' }
    expect((await post('create', own)).location).toBe(`${PATH}?done=made`)
    const theirs = idIn(await visitor.get(PATH))
    expect((await post('create', own, shop)).location).toBe(`${PATH}?done=made`)
    expect((await post('create', { ...own, service: 'default' }, shop)).status).toBe(422)
    expect((await shop.get(PATH)).text).not.toContain(theirs)
    expect((await post('end', { id: theirs, reason: 'x' }, shop)).status).toBe(404)
    expect(readable(await shop.get(PATH))).toMatch(/FR a country of numbers blocked mine/)
    expect((await post('end', { id: idIn(await shop.get(PATH)), reason: 'x' }, shop)).status).toBe(
      303,
    )
    const reader = await signedIn(real, await makeKey(real, null, ['admin:read']))
    const page = await reader.get(PATH)
    expect(page.text).not.toMatch(/A new entry|End…/)
    expect((await post('create', own, reader)).status).toBe(403)
  })
})
