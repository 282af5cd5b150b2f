// The page of one verification over HTTP: why it did not arrive, every event, and what is done from there.
// C33 and C35: by whom, and by whom not.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formTokenOf, type Visitor } from './visitor.ts'
import { readable, signedIn, startWorld, type World } from './world.ts'

const SERVICES = JSON.stringify({ services: { default: {}, bank: { brand_name: 'Bank' } } })
let world: World
let visitor: Visitor
let form_token: string
beforeAll(async () => {
  world = await startWorld({ SERVICES })
  visitor = await signedIn(world)
  form_token = formTokenOf(await visitor.get('/admin/health'))
})
afterAll(() => world.close())

let people = 0
const someone = () => `+1415555${String(3000 + people++)}`
const pathOf = (id: string) => `/admin/verifications/${id}`
const read = async (id: string, query = '') => readable(await visitor.get(pathOf(id) + query))

async function failedBy(code: number): Promise<{ id: string; reference: string; to: string }> {
  const to = someone()
  world.refuseWith(code)
  const { body } = await world.start({
    to,
    user_agent: 'Mozilla/5.0 (X11)',
    client_ip: '203.0.113.7',
  })
  await world.delivered(body.id, 'failed')
  world.refuseWith(null)
  return { ...body, to }
}

describe('one verification', () => {
  it('explains why its message did not arrive, in plain words beside the provider’s own, and what to do', async () => {
    const { id, reference, to } = await failedBy(21610)
    const page = await visitor.get(pathOf(id))
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store'])
    const text = readable(page)
    expect(text).toContain(reference)
    expect(text).toContain('The user has opted out of texts from this sender')
    expect(text).toContain('They can lift this by sending START')
    expect(text).toContain('21610 the recipient has opted out')
    expect(page.text).not.toContain(to.slice(1))
  })

  it('shows every event in order, the time between, and who did it', async () => {
    const { id } = await failedBy(21614)
    await world.check({ id, code: '000000' })
    world.forward(61)
    await visitor.post(`${pathOf(id)}/cancel`, { form_token })
    const page = await visitor.get(pathOf(id))
    const items = [...page.text.matchAll(/<li class="[^"]*" data-id[\s\S]*?<\/li>/g)].map(
      ([item]) => readable({ ...page, text: item }),
    )
    const order = [
      /Started, by sms, for “login” .*API_KEY , login flow · from 203\.0\.113\.7 · Mozilla\/5\.0 \(X11\)/,
      /Handed to twilio: message 1/,
      /Given up: message 1 .*21614/,
      /A wrong code was entered; 4 attempts left/,
      /\+1 min 1 s .*Canceled .*ADMIN_KEY , admin key · from 127\.0\.0\.1/,
    ]
    expect(items).toHaveLength(order.length)
    for (const [index, words] of order.entries()) expect(items[index]).toMatch(words)
  })

  it('says that a message was accepted, with its id', async () => {
    const { body } = await world.start({ to: someone() })
    await world.delivered(body.id, 'sent')
    const text = await read(body.id)
    expect(text).toContain('twilio accepted the message; it has not reported whether it arrived.')
    expect(text).toContain('id at the provider: SM0123')
    world.forward(61)
    expect(await read(body.id)).toContain('Send again')
  })

  it('of an app has no message, and says so', async () => {
    const page = await visitor.get(pathOf(await world.startByApp('ann')))
    expect(readable(page)).toContain('no message belongs to it')
    expect(page.text).not.toContain('/resend"')
    expect(page.text).toContain('/cancel"')
  })

  it.each([
    'vrf_00000000000000000000000000000000',
    'vrf_0',
    'x',
    '%00',
    '%3Cscript%3E',
    `vrf_${'0'.repeat(2000)}`,
  ])('%s is not there', async (id) => {
    const page = await visitor.get(pathOf(id))
    expect(page.status).toBe(404)
    expect(readable(page)).toContain('There is no such verification')
    for (const action of ['resend', 'cancel', 'reveal'])
      expect((await visitor.post(`${pathOf(id)}/${action}`, { form_token })).status).toBe(404)
  })
})

describe('actions on the page', () => {
  it('again at once, too early, again, then canceled: the result is shown after a redirect', async () => {
    const { id, to } = await failedBy(21635)
    const send = (channel: string) => visitor.post(`${pathOf(id)}/resend`, { form_token, channel })
    const sent = await send('sms')
    expect(sent.location).toBe(`${pathOf(id)}?done=resent`)
    expect(readable(await visitor.get(sent.location ?? ''))).toContain('on its way again')
    await world.delivered(id, 'sent')
    expect(world.texted(to)).toMatch(/^\d{6}$/)
    const early = await send('sms')
    expect([early.status, early.location]).toEqual([
      303,
      expect.stringMatching(/\?refused=resend_too_early&wait=(39|40)$/),
    ])
    expect(readable(await visitor.get(early.location ?? ''))).toMatch(
      /Not done\. It is too early to send again\. Wait (39|40) s\./,
    )
    world.forward(40)
    expect((await send('sms')).location).toBe(`${pathOf(id)}?done=resent`)
    const canceled = await visitor.post(`${pathOf(id)}/cancel`, { form_token })
    expect(canceled.location).toBe(`${pathOf(id)}?done=canceled`)
    expect((await world.look(id)).body.status).toBe('canceled')
    const late = await send('sms')
    expect(late.location).toBe(`${pathOf(id)}?refused=verification_canceled`)
    const again = await visitor.post(`${pathOf(id)}/cancel`, { form_token })
    expect(again.location).toBe(`${pathOf(id)}?done=canceled`)
    expect(readable(await visitor.get(`${pathOf(id)}?done=canceled`))).toContain(
      'Canceled. The code no longer works.',
    )
    expect((await visitor.get(pathOf(id))).text).not.toContain('/cancel"')
  })

  it('by a channel that does not reach the person: refused in words, nothing sent', async () => {
    const { body } = await world.start({ to: 'bob@example.com' })
    await world.message(body.id)
    world.forward(30)
    const page = await visitor.get(pathOf(body.id))
    expect(page.text).not.toContain('<select name="channel"')
    const { location } = await visitor.post(`${pathOf(body.id)}/resend`, {
      ...{ form_token, channel: 'sms' },
    })
    expect(location).toBe(`${pathOf(body.id)}?refused=invalid_request`)
    expect(await read(body.id, '?refused=invalid_request')).toContain(
      'does not reach this recipient',
    )
  })

  it('past a limit: which, and for how long', async () => {
    const text = await read(
      (await failedBy(21614)).id,
      '?refused=rate_limited&limit=sends_per_number_burst&wait=600',
    )
    expect(text).toContain(
      'A limit is full: Messages to this recipient, within minutes. Wait 10 min.',
    )
  })

  it('shows nothing of an address that this console did not produce', async () => {
    const { id } = await failedBy(21614)
    const NOTICE = /class="note \w+" role="(?:status|alert)"/
    for (const [query, isTold] of [
      ['?done=<b>x', false],
      ['?done=constructor', false],
      ['?refused=toString', false],
      ['?refused=<script>alert(1)</script>', false],
      ['?refused=rate_limited&limit=<b>&wait=<b>', true],
    ] as const) {
      const { status, text } = await visitor.get(pathOf(id) + query)
      expect([query, status, NOTICE.test(text)]).toEqual([query, 200, isTold])
      expect(text).not.toMatch(/<b>|<script>alert/)
    }
  })
})

describe('a recipient', () => {
  it('is shown in one answer only, stored nowhere, and logged', async () => {
    const { id, to } = await failedBy(21614)
    const shown = await visitor.post(`${pathOf(id)}/reveal`, { form_token })
    expect([shown.status, shown.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(readable(shown)).toContain(to)
    expect(shown.text).not.toContain('data-live')
    for (const [, target] of shown.text.matchAll(/(?:href|action)="([^"]*)"/g))
      expect(decodeURIComponent(target ?? '')).not.toContain(to.slice(1))
    expect((await visitor.get(pathOf(id))).text).not.toContain(to.slice(1))
    const told = (await world.events(id)).filter(({ type }) => type === 'recipient.shown')
    expect(told).toMatchObject([{ key_id: 'ADMIN_KEY', client_ip: '127.0.0.1' }])
    expect(await read(id)).toContain('The recipient was shown in plaintext')
    expect(world.lines.join('')).not.toContain(to.slice(1))
  })
})

describe('C35: another service’s key', () => {
  it('sees nothing of it and can do nothing to it', async () => {
    const { id, to } = await failedBy(21614)
    const bank = await signedIn(world, await world.keyOf('bank', ['admin']))
    const token = formTokenOf(await bank.get('/admin/health'))
    const before = await world.events(id)
    world.forward(30)
    const page = await bank.get(pathOf(id))
    expect(page.status).toBe(404)
    for (const action of ['resend', 'cancel', 'reveal']) {
      const answer = await bank.post(`${pathOf(id)}/${action}`, { form_token: token })
      expect([action, answer.status]).toEqual([action, 404])
      expect(answer.text).not.toContain(to.slice(1))
    }
    expect(await world.events(id)).toEqual(before)
    expect((await world.look(id)).body.status).toBe('pending')
  })

  it('of its own service it does', async () => {
    const { id } = await failedBy(21614)
    const own = await signedIn(world, await world.keyOf('default', ['admin']))
    const token = formTokenOf(await own.get(pathOf(id)))
    const { location } = await own.post(`${pathOf(id)}/cancel`, { form_token: token })
    expect(location).toBe(`${pathOf(id)}?done=canceled`)
  })
})

describe('C33: a form', () => {
  const ACTIONS = ['resend', 'cancel', 'reveal']

  it('is refused without its token, from elsewhere, and after sign-out', async () => {
    const { id, to } = await failedBy(21614)
    world.forward(30)
    const leaver = await signedIn(world)
    const token = formTokenOf(await leaver.get(pathOf(id)))
    const { cookie } = leaver
    const before = await world.events(id)
    const post = (action: string, form: Record<string, string>, headers = {}) =>
      leaver.post(`${pathOf(id)}/${action}`, form, headers)
    for (const action of ACTIONS) {
      expect([action, (await post(action, {})).status]).toEqual([action, 403])
      expect((await post(action, { form_token: `${token}x` })).status).toBe(403)
      // Of another session.
      expect((await post(action, { form_token })).status).toBe(403)
      const elsewhere = { 'sec-fetch-site': 'cross-site' }
      expect((await post(action, { form_token: token }, elsewhere)).status).toBe(403)
      expect((await leaver.get(`${pathOf(id)}/${action}`)).status).toBe(405)
    }
    await leaver.post('/admin/session/end', { form_token: token })
    leaver.cookie = cookie
    for (const action of ACTIONS) {
      const answer = await post(action, { form_token: token })
      expect([action, answer.status]).toEqual([action, 401])
      expect(answer.text).not.toContain(to.slice(1))
    }
    expect((await leaver.get(pathOf(id))).location).toContain('/admin/sign-in?to=')
    expect(await world.events(id)).toEqual(before)
  })

  it('is not offered to a read-only key, and does nothing for it', async () => {
    const { id } = await failedBy(21614)
    const looker = await signedIn(world, await world.keyOf(null, ['admin:read']))
    const page = await looker.get(pathOf(id))
    expect(page.status).toBe(200)
    for (const action of ACTIONS) {
      expect(page.text).not.toContain(`/${action}"`)
      const answer = await looker.post(`${pathOf(id)}/${action}`, {
        form_token: formTokenOf(page),
      })
      expect([action, answer.status]).toEqual([action, 403])
      expect(readable(answer)).toContain('It needs the scope admin:support.')
    }
  })

  it('is offered to support, who may do nothing beyond it', async () => {
    const { id, to } = await failedBy(21614)
    const helper = await signedIn(world, await world.keyOf(null, ['admin:support']))
    const page = await helper.get(pathOf(id))
    expect(readable(page)).toContain('all services, support')
    const form = { form_token: formTokenOf(page) }
    const shown = await helper.post(`${pathOf(id)}/reveal`, form)
    expect([shown.status, readable(shown).includes(to)]).toEqual([200, true])
    expect((await helper.post(`${pathOf(id)}/resend`, form)).location).toContain('done=resent')
    expect((await helper.post(`${pathOf(id)}/cancel`, form)).location).toContain('done=canceled')
    const person = /\/admin\/person\?who=([\w-]+)/.exec(page.text)?.[1] ?? ''
    expect((await helper.get(`/admin/person?who=${person}`)).text).not.toMatch(/export|erase/)
    for (const action of ['export', 'lift', 'erased']) {
      const answer = await helper.post(`/admin/person/${action}`, { ...form, who: person })
      expect([action, answer.status]).toEqual([action, 403])
      expect(readable(answer)).toContain('It needs the scope admin.')
    }
  })
})
