// The page Settings, /admin/api/settings and `countersign settings`: what is in force and from where, without secrets; and who sees it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Scope } from '../../src/access/ports.ts'
import { runCli } from '../../src/cli.ts'
import { serviceEntry } from '../../src/config/service-entry.ts'
import { createClient } from '../http/client.ts'
import { type Real, ROOT_SECRET, startReal } from '../http/real.ts'
import { formTokenOf, type Visitor } from './visitor.ts'
import { makeKey, readable, signedIn } from './world.ts'

const HOSTILE = `"><script>alert('x')</script>`
const SECRET = `whsec_${Buffer.alloc(32, 'settings').toString('base64')}`
const SERVICES = {
  default: {},
  shop: {
    brand_name: 'Shop',
    code_length: 8,
    limits: { sends_per_number_burst: '3/600' },
    shield: { prefix: 'refuse' },
    routes: { sms: 'DE, +1415 -> twilio; default -> http*70, twilio*30' },
    origin_domain: null,
    templates: { de: { sms: '{{code}} für {{brand}}' } },
    test_recipients: ['+15005550006=24681357@2099-01-31'],
    webhooks: [{ url: 'https://hooks.example/in?token=the-token-in-the-query', secrets: [SECRET] }],
  },
}

let real: Real
let visitor: Visitor
beforeAll(async () => {
  real = await startReal({
    SERVICES: JSON.stringify({ services: SERVICES }),
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'the-token-of-the-account',
    TWILIO_FROM: '+15005550006',
    HTTP_SMS_URL: 'http://127.0.0.1:9/hooks/the-token-in-the-path',
    HTTP_SMS_SENDER: HOSTILE,
    CODE_LENGTH: '7',
    SHIELD_NETWORK: 'off',
  })
  visitor = await signedIn(real)
})
afterAll(() => real?.close())

const PATH = '/admin/settings'
const byKey = async (service: string | null, scopes: Scope[]) => {
  const key = await makeKey(real, service, scopes, `of ${service}`)
  return { api: await createClient(real.url, key), visitor: await signedIn(real, key) }
}
const SECRETS = [
  ROOT_SECRET.toString('base64'),
  ...['the-token-of-the-account', 'the-token-in-the-path', 'the-token-in-the-query'],
  ...['the-key-of-the-administrator', SECRET, '24681357'],
]
function expectNone(text: string): void {
  for (const secret of SECRETS) expect(text).not.toContain(secret)
}

type Row = { name: string; value: string | null; origin: string; documentation: string }
const find = (rows: Row[], name: string) => {
  const { value, origin } = rows.find((one) => one.name === name) ?? {}
  return [value, origin]
}

describe('the settings of the process', () => {
  it('are shown with where each comes from, and what is secret is hidden', async () => {
    const page = await visitor.get(PATH)
    const text = readable(page)
    expect(text).toMatch(
      /CODE_LENGTH Digits of a code \(by Telegram at most 8\), 4-10 7 environment/,
    )
    expect(text).toMatch(/SECRET_KEY .*? set, hidden environment/)
    expect(text).toMatch(/SERVICES Several services .*? set, hidden file/)
    expect(text).toMatch(/PORT The TCP port; 0 uses any free one 0 environment/)
    expect(text).toMatch(/SHUTDOWN_GRACE_SECONDS .*? 25 default/)
    expect(text).toContain('docs/settings.md#the-process')
    expect(page.text).not.toContain('<script>alert')
    expectNone(page.text)
  })

  it('are the same by the API', async () => {
    const { status, body, text } = await real.admin.get('/admin/api/settings')
    expect(status).toBe(200)
    expect(find(body.settings, 'CODE_LENGTH')).toEqual(['7', 'environment'])
    expect(find(body.settings, 'SECRET_KEY')).toEqual([null, 'environment'])
    expect(find(body.settings, 'SERVICES')).toEqual([null, 'file'])
    expect(find(body.settings, 'PUBLIC_URL')).toEqual([null, 'unset'])
    expect(body.services).toMatchObject([
      { name: 'default', channels: ['sms', 'email'], webhooks: 0 },
      { name: 'shop', brand_name: 'Shop', webhooks: 1 },
    ])
    expectNone(text)
  })
})

describe('countersign settings', () => {
  it('prints what is set, or a service, and what is wrong with the settings', async () => {
    const env = { SECRET_KEY: ROOT_SECRET.toString('base64'), CODE_LENGTH: '7' }
    const run = async (given: Record<string, string>, ...words: string[]) => {
      const texts = { stdout: '', stderr: '' }
      const status = await runCli(['settings', ...words], {
        env: { DATA_DIR: '/nowhere', ...given },
        out(text) {
          texts.stdout += text
        },
        err(text) {
          texts.stderr += text
        },
      })
      return { status, ...texts }
    }
    const of = (...words: string[]) => run(env, ...words)
    const { stdout, status } = await of()
    expect(status).toBe(0)
    expect(stdout).toMatch(/^SECRET_KEY +\(hidden\) +environment$/m)
    expect(stdout).toMatch(/^CODE_LENGTH +7 +environment$/m)
    expect(stdout).not.toMatch(/ default$/m)
    expectNone(stdout)
    const service = await of('--service', 'default')
    expect(service.stdout).toMatch(/^code_length +7 +environment$/m)
    expect(service.stdout).toMatch(/^max_attempts +5 +default$/m)
    const json = JSON.parse((await of('--json')).stdout)
    expect(find(json.settings, 'CODE_LENGTH')).toEqual(['7', 'environment'])
    const wrong = await run({ ...env, CODE_LENGTH: '99' })
    expect([wrong.status, wrong.stdout]).toEqual([78, ''])
    expect(wrong.stderr).toContain('CODE_LENGTH')
  })
})

describe('the settings of a service', () => {
  it('come from its own entry, else from the settings, else are the default', async () => {
    const { body, text } = await real.admin.get('/admin/api/settings/shop')
    const of = (name: string) => find(body.settings, name)
    expect(of('code_length')).toEqual(['8', 'services'])
    expect(of('max_attempts')).toEqual(['5', 'default'])
    expect(of('limits.sends_per_number_burst')).toEqual(['3/600', 'services'])
    expect(of('limits.sends_per_number_day')).toEqual(['20/86400', 'default'])
    expect(of('shield.prefix')).toEqual(['refuse', 'services'])
    expect(of('shield.network')).toEqual(['off', 'environment'])
    expect(of('shield.domain')).toEqual(['record', 'default'])
    expect(of('routes.sms')).toEqual([
      ...['DE, +1415 -> twilio; default -> http*70, twilio*30', 'services'],
    ])
    expect(of('origin_domain')).toEqual(['none', 'services'])
    expect(of('templates')).toEqual(['de', 'services'])
    expect(of('test_recipients')).toEqual([null, 'services'])
    expect(of('webhooks')[0]).toMatch(/^https:\/\/hooks\.example\/in: verification\.approved/)
    expectNone(text)
    const { body: other } = await real.admin.get('/admin/api/settings/default')
    expect(find(other.settings, 'code_length')).toEqual(['7', 'environment'])
    expect((await real.admin.get('/admin/api/settings/bank')).status).toBe(404)
  })

  it('are all that an entry of SERVICES_FILE may have', async () => {
    const { body } = await real.admin.get('/admin/api/settings/shop')
    const names: string[] = body.settings.map(({ name }: Row) => name.split('.')[0])
    expect([...new Set(names)].sort()).toEqual(Object.keys(serviceEntry.shape).sort())
  })

  it('have a page, with its keys and what its starts are for', async () => {
    const key = await makeKey(real, 'shop', ['verify'], 'login page')
    const login = await createClient(real.url, key)
    const started = await login.post('/verify/start', { to: '+14155552671', purpose: 'checkout' })
    expect(started.status).toBe(201)
    await expect
      .poll(async () => (await real.admin.get('/admin/api/settings/shop')).body.purposes)
      .toEqual([{ name: 'checkout', started: 1 }])
    const page = await visitor.get(`${PATH}?service=shop`)
    const text = readable(page)
    expect(text).toMatch(/Keys \d active/)
    expect(text).toContain('checkout (1)')
    expect(text).toMatch(/sends_per_number_burst .*? 3\/600 3 in 10 min SERVICES_FILE/)
    expectNone(page.text)
    expect(page.text).toContain('href="/admin/keys?service=shop&amp;state=active"')
    for (const name of ['bank', HOSTILE, 'constructor', '%00'])
      expect((await visitor.get(`${PATH}?service=${encodeURIComponent(name)}`)).status).toBe(404)
  })
})

describe('C35: a key of one service', () => {
  it('sees that service alone, and nothing of the process', async () => {
    const shop = await byKey('shop', ['admin:read'])
    const page = readable(await shop.visitor.get(PATH))
    expect(page).toContain('Service shop')
    expect(page).not.toMatch(/SECRET_KEY|Set on this node/)
    expect((await shop.visitor.get(`${PATH}?service=default`)).text).toContain('<bdi>shop</bdi>')
    const { body } = await shop.api.get('/admin/api/settings')
    expect(body.settings).toBeNull()
    expect(body.services.map(({ name }: { name: string }) => name)).toEqual(['shop'])
    expect((await shop.api.get('/admin/api/settings/default')).status).toBe(404)
    expect((await real.client.get('/admin/api/settings')).status).toBe(403)
  })
})

describe('the export', () => {
  const file = async (by: Visitor, path: string, form: Record<string, string>) => {
    const form_token = formTokenOf(await by.get(PATH))
    return by.post(`${path}/export`, { form_token, ...form })
  }

  it('has every setting of the process and of each service, without secrets', async () => {
    const { status, text } = await file(visitor, PATH, { format: 'jsonl' })
    const rows = text
      .replace('\ufeff', '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(status).toBe(200)
    const of = (service: string | null) => rows.filter((row) => row.service === service)
    expect(find(of(null), 'CODE_LENGTH')).toEqual(['7', 'environment'])
    expect(find(of('shop'), 'code_length')).toEqual(['8', 'services'])
    expect(find(of('default'), 'code_length')).toEqual(['7', 'environment'])
    expect(rows.at(-1)).toMatchObject({ end: { complete: true } })
    expectNone(text)
    const shop = await byKey('shop', ['admin:read'])
    const own = await file(shop.visitor, PATH, { format: 'csv', service: 'default' })
    expect(own.text).toContain('shop,Codes,code_length,8,services')
    expect(own.text).not.toMatch(/^,|\ndefault,/)
  })

  it('of keys has those that the page shows', async () => {
    await makeKey(real, 'default', ['admin:read'], '=HYPERLINK("x")')
    const page = await visitor.get('/admin/keys?service=default&scope=admin:read')
    expect(readable(page)).toContain('=HYPERLINK')
    expect(readable(page)).not.toContain('login page key_')
    expect(page.text).toContain('<input type="hidden" name="scope" value="admin:read">')
    const given = { format: 'csv', service: 'default', scope: 'admin:read' }
    const { text } = await file(visitor, '/admin/keys', given)
    expect(text.split('\r\n').filter((line) => line.startsWith('key_'))).toHaveLength(1)
    expect(text).toContain(`"'=HYPERLINK(""x"")"`)
    const log = readable(await visitor.get('/admin/audit?about=exports'))
    expect(log).toMatch(/An export of keys began, as csv/)
    for (const query of ['state=constructor', 'scope=%00', 'service=nobody', 'state=ended'])
      expect([query, (await visitor.get(`/admin/keys?${query}`)).status]).toEqual([query, 200])
  })
})
