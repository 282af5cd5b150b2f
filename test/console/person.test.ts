// The page of one person over HTTP: their limits, their verifications, the export, and the way to be erased.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formTokenOf, type Visitor } from './visitor.ts'
import { readable, signedIn, startWorld, type World } from './world.ts'

const SERVICES = JSON.stringify({ services: { default: {}, bank: { brand_name: 'Bank' } } })
let world: World
let visitor: Visitor
let form_token: string
beforeAll(async () => {
  world = await startWorld({
    ...{ SERVICES, LIMIT_SENDS_PER_NUMBER_BURST: '2/600' },
    LIMIT_GUESSES_PER_NUMBER_HOUR: '40/3600',
  })
  visitor = await signedIn(world)
  form_token = formTokenOf(await visitor.get('/admin/health'))
})
afterAll(() => world.close())

async function pathOf(id: string, who = visitor): Promise<string> {
  const { text } = await who.get(`/admin/verifications/${id}`)
  return /href="(\/admin\/person\?who=[\w-]+)"/.exec(text)?.[1] ?? ''
}
const sealedIn = (path: string) => new URL(path, 'http://x').searchParams.get('who') ?? ''

describe('a person', () => {
  it('has their verifications and limits on one page, masked, under an address that reveals nothing', async () => {
    const to = '+14155554001'
    const started = [(await world.start({ to })).body, (await world.start({ to })).body]
    expect((await world.start({ to })).status).toBe(429)
    const path = await pathOf(started[0].id)
    expect(Buffer.from(sealedIn(path), 'base64url').toString('latin1')).not.toContain('4155554')
    const page = await visitor.get(path)
    const text = readable(page)
    expect(text).toContain('+141•••01')
    expect(page.text).not.toContain(to.slice(1))
    for (const { reference, id } of started) {
      expect(text).toContain(reference)
      expect(page.text).toContain(`href="/admin/verifications/${id}"`)
    }
    expect(text).toMatch(
      /Messages to this recipient, within minutes 2 of 2 full until [\d-]{10} \d\d:\d\d:\d\d \(9 min \d+ s\)/,
    )
    const log = /href="(\/admin\/verifications\?recipient=[^"]+)"/.exec(page.text)?.[1] ?? ''
    const listed = await visitor.get(log)
    expect(started.every(({ reference }) => listed.text.includes(reference))).toBe(true)
  })

  it('is a subject, too', async () => {
    const page = await visitor.get(await pathOf(await world.startByApp('ann-17')))
    expect(page.status).toBe(200)
    expect(page.text).not.toContain('ann-17')
    expect(readable(page)).toContain('Guesses at this recipient’s codes, in an hour has room')
  })

  it.each([
    '',
    '?who=',
    '?who=AAAA',
    '?who=%2B14155552671',
    `?who=${'A'.repeat(3000)}`,
    '?who=<b>',
  ])('is not meant by %j', async (query) => {
    for (const path of ['/admin/person', '/admin/person/erase']) {
      const page = await visitor.get(path + query)
      expect([path, page.status]).toEqual([path, 404])
      expect(readable(page)).toContain('This address names nobody')
    }
    const who = new URLSearchParams(query).get('who') ?? ''
    for (const path of ['/admin/person/export', '/admin/person/erased'])
      expect((await visitor.post(path, { form_token, who, confirm: 'ERASE' })).status).toBe(404)
  })
})

describe('the export', () => {
  it('is a file with everything about one person, and in the log', async () => {
    const to = 'carl@example.com'
    const { body } = await world.start({ to, client_ip: '203.0.113.9' })
    await world.start({ to: 'else@example.com' })
    const { code } = await world.message(body.id)
    const who = sealedIn(await pathOf(body.id))
    const file = await visitor.post('/admin/person/export', { form_token, who })
    expect(file.headers.get('content-disposition')).toMatch(
      /^attachment; filename="countersign-person-\d{4}-\d\d-\d\d\.json"$/,
    )
    expect(file.headers.get('content-type')).toBe('application/json')
    expect(file.headers.get('cache-control')).toBe('no-store')
    const exported = JSON.parse(file.text)
    expect(exported).toMatchObject({ to, subject: null, complete: true })
    expect(exported.verifications).toMatchObject([
      {
        ...{ id: body.id, reference: body.reference, client_ip: '203.0.113.9', channel: 'email' },
        tries: [{ attempt: 1, provider: 'inbox' }],
      },
    ])
    const types = exported.verifications[0].events.map(({ type }: { type: string }) => type)
    expect(types).toEqual(['verification.started', 'delivery.attempted', 'delivery.sent'])
    expect(exported.events.map(({ type }: { type: string }) => type)).toContain(
      'recipient.exported',
    )
    expect(file.text).not.toContain(code)
    expect(file.text).not.toMatch(/sealed|index|hash/i)
  })
})

describe('erasing', () => {
  it('asks first, does nothing for a mistyped word, then removes everything and reports how much', async () => {
    const to = 'dora@example.com'
    const { body } = await world.start({ to })
    const path = await pathOf(body.id)
    const who = sealedIn(path)
    const asked = await visitor.get(`/admin/person/erase?who=${who}`)
    expect(readable(asked)).toContain('in every service')
    for (const confirm of ['', 'yes', 'ERASED']) {
      const refused = await visitor.post('/admin/person/erased', { form_token, who, confirm })
      expect([confirm, refused.status]).toEqual([confirm, 422])
      expect(readable(refused)).toContain('Nothing was erased: type ERASE')
    }
    expect((await world.look(body.id)).status).toBe(200)
    const done = await visitor.post('/admin/person/erased', { form_token, who, confirm: ' erase' })
    expect([done.status, readable(done)]).toEqual([
      200,
      expect.stringMatching(/Verifications 1 .*Other lines of the log \d/),
    ])
    expect((await world.look(body.id)).status).toBe(404)
    expect((await visitor.get(`/admin/verifications/${body.id}`)).status).toBe(404)
    expect(readable(await visitor.get(path))).toContain('The log has no verifications of theirs.')
    const again = await visitor.post('/admin/person/erased', { form_token, who, confirm: 'ERASE' })
    expect(readable(again)).toContain('There was nothing to remove.')
  })
})

describe('C35 and C33', () => {
  it('C35: a key of one service gets no metrics: they cover every service', async () => {
    const asked = async (service: string | null) => {
      const authorization = `Bearer ${await world.keyOf(service, ['admin:read'])}`
      return (await fetch(`${world.url}/metrics`, { headers: { authorization } })).status
    }
    expect([await asked('bank'), await asked(null)]).toEqual([403, 200])
  })

  it('a key of one service sees, exports and erases of its own service only', async () => {
    const to = 'emil@example.com'
    const { body } = await world.start({ to })
    const who = sealedIn(await pathOf(body.id))
    const bank = await signedIn(world, await world.keyOf('bank', ['admin']))
    const token = formTokenOf(await bank.get('/admin/health'))
    const page = await bank.get(`/admin/person?who=${who}`)
    expect(readable(page)).toContain('The log has no verifications of theirs.')
    expect(page.text).not.toContain(body.reference)
    expect(readable(page)).not.toContain('default')
    const file = await bank.post('/admin/person/export', { form_token: token, who })
    // Not even the address that was sealed for the other.
    expect([file.status, file.text.includes(to)]).toEqual([404, false])
    await bank.post('/admin/person/erased', { form_token: token, who, confirm: 'ERASE' })
    expect((await world.look(body.id)).status).toBe(200)
  })

  it('nothing is exported or erased without a token, from elsewhere, signed out, or by a read-only key', async () => {
    const to = 'fred@example.com'
    const { body } = await world.start({ to })
    const who = sealedIn(await pathOf(body.id))
    const forms = ['/admin/person/export', '/admin/person/erased']
    const looker = await signedIn(world, await world.keyOf(null, ['admin:read']))
    const page = await looker.get(`/admin/person?who=${who}`)
    const token = formTokenOf(page)
    expect(page.text).not.toMatch(/\/export"|\/erase\?/)
    expect((await looker.get(`/admin/person/erase?who=${who}`)).location).toBe(
      `/admin/person?who=${who}`,
    )
    const form = { who, confirm: 'ERASE' }
    for (const path of forms) {
      const answers = [
        await visitor.post(path, form),
        await visitor.post(path, { ...form, form_token: token }),
        await visitor.post(path, { ...form, form_token }, { 'sec-fetch-site': 'same-site' }),
        await looker.post(path, { ...form, form_token: token }),
        await looker.get(path),
      ]
      expect([path, ...answers.map(({ status }) => status)]).toEqual([
        path,
        403,
        403,
        403,
        403,
        405,
      ])
    }
    const { cookie } = looker
    await looker.post('/admin/session/end', { form_token: token })
    looker.cookie = cookie
    for (const path of forms)
      expect((await looker.post(path, { ...form, form_token: token })).status).toBe(401)
    expect((await world.look(body.id)).status).toBe(200)
  })
})
