// C74: what support types is found as it was said: a number in any spelling, an address, a user id, a reference, an id; in
// one box of the console, in the API and by command. ("(415) 555-2718" found nothing, "user-42" wanted a word before it.)

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../commands/command-process.ts'
import { createClient } from '../http/client.ts'
import { formTokenOf, type Visitor } from './visitor.ts'
import { readable, signedIn, startWorld, type World } from './world.ts'

/** The default one is English and sends everywhere; the others say where. */
const SERVICES = JSON.stringify({
  services: {
    default: {},
    shop: { locale: 'de', allowed_countries: ['AT', 'DE'] },
    bank: { locale: 'en', allowed_countries: ['IE', 'GB'] },
  },
})
const US = '+14155552718'
const DE = '+4915123456789'
const AT = '+436641234567'
const GB = '+447400123456'

let world: World
const keys: Record<string, string> = {}
const started: Record<string, string> = {}
beforeAll(async () => {
  world = await startWorld({ SERVICES })
  for (const service of ['default', 'shop', 'bank']) {
    keys[service] = await world.keyOf(service, ['verify', 'admin'])
  }
  const start = async (service: string, body: object) => {
    const client = await createClient(world.url, keys[service] ?? '')
    const { status, body: answer } = await client.post('/verify/start', body)
    expect(status).toBe(201)
    return answer.reference as string
  }
  started.us = await start('default', { to: US })
  started.mail = await start('default', { to: 'Ann@example.com' })
  started.de = await start('shop', { to: DE })
  started.at = await start('shop', { to: AT })
  started.gb = await start('bank', { to: GB })
  const app = await world.startByApp('user-42')
  started.app = (await world.admin.get(`/admin/api/verifications/${app}`)).body.reference
  const both = await world.startByApp('ann@example.com')
  started.both = (await world.admin.get(`/admin/api/verifications/${both}`)).body.reference
})
afterAll(() => world?.close())

async function typed(text: string, visitor: Visitor): Promise<string> {
  const form_token = formTokenOf(await visitor.get('/admin/verifications'))
  const answer = await visitor.post('/admin/verifications/find', { find: text, form_token })
  expect(decodeURIComponent(answer.location ?? '')).not.toMatch(/2718|456789|1234567|user-42|ann@/i)
  return answer.location ?? ''
}
const rowsIn = ({ text }: { text: string }) =>
  [...text.matchAll(/role="rowheader"><a class="mono"[^>]*>([^<]+)</g)].map(([, name]) => name)

describe('C74: typed into the one box', () => {
  it.each([
    ['(415) 555-2718', 'us'],
    ['415.555.2718', 'us'],
    ['1 415 555 2718', 'us'],
    ['0014155552718', 'us'],
    ['４１５ ５５５ ２７１８', 'us'],
    ['0151 23456789', 'de'],
    ['4915123456789', 'de'],
    ['0664/1234567', 'at'],
    ['07400 123456', 'gb'],
    ['+44 (0)7400 123456', 'gb'],
    ['ANN@example.com', 'mail'],
    ['user-42', 'app'],
    [' user-42 ', 'app'],
    ['subject:user-42', 'app'],
    ['subject: ann@example.com', 'both'],
  ])('%j', async (text, name) => {
    const visitor = await signedIn(world)
    const address = await typed(text, visitor)
    expect(rowsIn(await visitor.get(address))).toEqual([started[name]])
  })

  it('a text that matches two leads to one and mentions the other', async () => {
    const visitor = await signedIn(world)
    const page = await visitor.get(await typed('ann@example.com', visitor))
    expect(rowsIn(page)).toEqual([started.mail])
    expect(readable(page)).toContain('The same text also matches a user id or another number')
    const other = /href="([^"]+)">show those/.exec(page.text)?.[1] ?? ''
    expect(rowsIn(await visitor.get(other))).toEqual([started.both])
  })

  it('a text that matches nobody shows how it was read', async () => {
    const visitor = await signedIn(world)
    const nobody = await visitor.get(await typed('no such thing', visitor))
    expect(readable(nobody)).toContain('searched for as a user id')
    const number = await visitor.get(await typed('(415) 555-0000', visitor))
    expect(readable(number)).toContain('+141•••00')
    expect(readable(number)).toContain('No verifications match.')
    // The country of the service's language comes first, whatever the order of the list.
    const shop = await signedIn(world, keys.shop)
    const german = await shop.get(await typed('0676 9999999', shop))
    expect(readable(german)).toContain('Only +496•••99')
  })

  it('is read by the countries of the key’s own service, and finds nothing of another', async () => {
    const bank = await signedIn(world, keys.bank)
    expect(rowsIn(await bank.get(await typed('07400 123456', bank)))).toEqual([started.gb])
    for (const text of ['0151 23456789', US, 'user-42', 'ann@example.com'])
      expect([text, rowsIn(await bank.get(await typed(text, bank)))]).toEqual([text, []])
  })
})

describe('C74: the same in the API', () => {
  const search = async (body: object, key?: string) => {
    const client = key === undefined ? world.admin : await createClient(world.url, key)
    return client.post('/admin/api/verifications/search', body)
  }
  it.each([
    ['(415) 555-2718', 'us'],
    ['0151 23456789', 'de'],
    ['07400 123456', 'gb'],
  ])('%j', async (to, name) => {
    const { body } = await search({ to })
    expect(body.verifications.map((one: { reference: string }) => one.reference)).toEqual([
      started[name],
    ])
  })

  it('a country that is named is the only one; a key’s service has its own', async () => {
    expect((await search({ to: '0151 23456789', country: 'US' })).status).toBe(400)
    expect((await search({ to: '0151 23456789', country: 'de' })).body.verifications).toHaveLength(
      1,
    )
    expect((await search({ to: '0151 23456789' }, keys.bank)).body.verifications ?? []).toEqual([])
    expect((await search({ to: 'no number' })).status).toBe(400)
    const exported = await world.admin.post('/admin/api/recipients/export', {
      ...{ to: '0664 1234567', country: 'AT' },
    })
    expect([exported.status, exported.body.to]).toEqual([200, AT])
    // German digits are American, too: a key of one service reads them by its own.
    const own = await createClient(world.url, keys.default ?? '')
    const limits = await own.post('/admin/api/recipients/limits', { to: '(415) 555-2718' })
    expect(limits.status).toBe(200)
  })

  it('nobody is erased or exported by a number that may belong to two people', async () => {
    // A mobile of Berlin's network, and one of Austria's: both countries send from one service.
    const to = '0676 1234567'
    for (const path of ['erase', 'export', 'limits']) {
      const { status, body } = await world.admin.post(`/admin/api/recipients/${path}`, { to })
      expect([path, status, body.errors?.[0]?.field]).toEqual([path, 400, 'to'])
      expect(body.errors[0].detail).toContain('several countries')
    }
    const named = { to, country: 'AT' }
    expect((await world.admin.post('/admin/api/recipients/limits', named)).status).toBe(200)
    expect((await search({ to })).status).toBe(200)
  })
})

describe('C74: the same by command', () => {
  it('verifications, export and erase take any spelling', async () => {
    const env = { SERVICES_FILE: join(world.directory, 'services.json') }
    const listed = await run(world, ['verifications', '--to', '(415) 555-2718', '--json'], env)
    expect([listed.status, JSON.parse(listed.stdout).reference]).toEqual([0, started.us])
    const exported = await run(world, ['export', '--to', '07400 123456', '--country', 'gb'], env)
    expect([exported.status, JSON.parse(exported.stdout).to]).toEqual([0, GB])
    const two = await run(world, ['erase', '--to', '0676 1234567', '--yes'], env)
    expect([two.status, two.stdout]).toEqual([2, ''])
    expect(two.stderr).toContain('--country')
    const erased = await run(
      world,
      ['erase', '--to', '0664 1234567', '--country', 'AT', '--yes'],
      env,
    )
    expect([erased.status, erased.stdout]).toEqual([0, expect.stringContaining('1 verification')])
    const nobody = await run(world, ['verifications', '--to', 'nobody'], env)
    expect([nobody.status, nobody.stderr]).toEqual([2, expect.stringContaining('--country')])
  })
})
