// countersign preview: the texts as they are sent, without a store, a provider or a message.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LANGUAGES } from '../../src/delivery/templates/texts.ts'
import { run, SECRET_KEY } from './operator-world.ts'

const SERVICES = JSON.stringify({
  services: {
    default: {},
    mails: { link_url: 'https://shop.example.com/in' },
    shop: {
      brand_name: 'Shop',
      code_length: 8,
      ttl_seconds: 120,
      origin_domain: 'shop.example.com',
      templates: { et: { sms: 'Sinu kood: {{code}}' }, de: { sms: '{{code}}: {{brand}} – ßß' } },
    },
  },
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'preview-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function preview(...words: string[]) {
  const file = join(folder, 'services.json')
  writeFileSync(file, SERVICES)
  const env = { DATA_DIR: join(folder, 'data'), SECRET_KEY, SERVICES_FILE: file }
  return run(env, 'preview', ...words)
}

type Text = { locale: string; channel: string; text: string; own: boolean; size: object | null }
const textsOf = (out: string) => (JSON.parse(out) as { texts: Text[] }).texts

describe('C58: countersign preview', () => {
  it('shows every language of the default service, and makes nothing', async () => {
    const { status, out, err } = await preview('--locale', 'all', '--channel', 'sms')
    expect([status, err]).toEqual([0, ''])
    const heads = out.match(/^\S+ {2}sms, .*$/gm) ?? []
    expect(heads.map((line) => line.split(' ')[0])).toEqual(LANGUAGES)
    for (const head of heads) expect(head).toMatch(/, (GSM-7|UCS-2), \d+ units, 1 part$/)
    expect(out).toContain('  482913 is your Countersign code. It expires in 10 min.')
    expect(existsSync(join(folder, 'data'))).toBe(false)
  })

  it('shows a service’s own texts among the others, with its name, host and code length', async () => {
    const { out } = await preview('--service', 'shop', '--channel', 'sms', '--json')
    const texts = textsOf(out)
    expect(texts.map(({ locale }) => locale)).toEqual([...LANGUAGES, 'et'].sort())
    expect(texts.filter(({ own }) => own).map(({ locale }) => locale)).toEqual(['de', 'et'])
    for (const { text } of texts)
      expect(text).toMatch(/48291307.*\n\n@shop\.example\.com #48291307$/s)
    const german = texts.find(({ locale }) => locale === 'de')
    expect(german).toMatchObject({ size: { encoding: 'UCS-2', parts: 1 }, channel: 'sms' })
  })

  it('shows one language as a message in it would fall back', async () => {
    const { out } = await preview('--service', 'shop', '--locale', 'de-AT')
    expect(out).toMatch(/^de {2}sms, UCS-2, \d+ units, 1 part, own text\n/)
    expect(out).toContain(
      '\nde  email\n  Der Code für Shop\n\n  Der Code für Shop lautet:\n\n  48291307',
    )
    expect((await preview('--locale', 'sk', '--channel', 'sms')).out).toMatch(/^en {2}sms/)
  })

  it('shows what each provider charges for the parts of a text, by country', async () => {
    const file = join(folder, 'prices.csv')
    const rows = ['twilio,sms,DE,0.07,EUR', 'twilio,sms,*,0.05,USD', 'smtp,email,*,0.001,USD']
    writeFileSync(file, ['provider,channel,country,price,currency', ...rows].join('\n'))
    const long = JSON.stringify({
      services: { default: { templates: { de: { sms: `${'ß'.repeat(161)} {{code}}` } } } },
    })
    writeFileSync(join(folder, 'long.json'), long)
    const env = {
      ...{ DATA_DIR: join(folder, 'data'), SECRET_KEY, PRICES_FILE: file },
      ...{ TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'x', TWILIO_FROM: '+15005550006' },
      ...{
        SMTP_URL: 'smtp://127.0.0.1',
        MAIL_FROM: 'a@example.com',
        HTTP_SMS_URL: 'http://x.example',
      },
      SERVICES_FILE: join(folder, 'long.json'),
    }
    const headOf = async (...words: string[]) =>
      (await run(env, 'preview', ...words)).out.split('\n')[0]
    const german = ['--locale', 'de', '--channel', 'sms']
    expect(await headOf(...german, '--country', 'de')).toMatch(
      /, 2 parts, 0\.14 EUR by twilio, own text$/,
    )
    expect(await headOf(...german)).toMatch(/, 2 parts, 0\.10 USD by twilio, own text$/)
    expect(await headOf('--locale', 'en', '--channel', 'email')).toBe(
      'en  email, 0.001 USD by smtp',
    )
    const { out } = await run(env, 'preview', ...german, '--country', 'DE', '--json')
    const [text] = (JSON.parse(out) as { texts: { prices: unknown }[] }).texts
    expect(text?.prices).toEqual([{ provider: 'twilio', price: '0.14', currency: 'EUR' }])
    expect((await run(env, 'preview', '--country', 'Germany')).status).toBe(2)
  })

  it('shows what a messenger’s template is given, once for each of its languages', async () => {
    const whatsapp = (prefix: string) => ({
      [`${prefix}_ACCESS_TOKEN`]: 'x',
      [`${prefix}_PHONE_NUMBER_ID`]: '106540352242922',
      [`${prefix}_TEMPLATE`]: 'otp_login',
      [`${prefix}_LANGUAGES`]: 'en_US, de',
    })
    const env = {
      ...{ DATA_DIR: join(folder, 'data'), SECRET_KEY, TELEGRAM_TOKEN: 'x' },
      ...{ ...whatsapp('WHATSAPP_CLOUD'), ...whatsapp('WHATSAPP_CLOUD__EU') },
    }
    const german = await run(env, 'preview', '--channel', 'whatsapp', '--locale', 'de-AT')
    const parts = '  in the text: 482913\n  behind the button: 482913\n'
    expect(german.out).toBe(
      [
        `whatsapp by whatsapp_cloud, template otp_login in de\n${parts}`,
        `whatsapp by whatsapp_cloud:eu, template otp_login in de\n${parts}`,
      ].join('\n'),
    )
    const all = await run(env, 'preview', '--json')
    const { templates, texts } = JSON.parse(all.out) as {
      templates: { language: string }[]
      texts: []
    }
    const languages = ['de', 'en_US', null]
    expect(new Set(templates.map(({ language }) => language))).toEqual(new Set(languages))
    expect(templates).toHaveLength(5)
    expect(texts.length).toBeGreaterThan(50)
    const none = await preview('--channel', 'telegram')
    expect([none.status, none.out]).toEqual([0, ''])
    expect(none.err).toMatch(/^No provider is configured for telegram/)
  })

  it('C89: shows mails with the link beside their code, in every language, where it would lead', async () => {
    const of = async (...words: string[]) =>
      textsOf((await preview('--channel', 'email', '--json', ...words)).out)
    const linkIn = ({ text }: Text) => /https:\/\/\S+/.exec(text)?.[0] ?? null
    const here = /^https:\/\/verify\.example\.com\/l\/lnk_0{48}$/
    const own = /^https:\/\/shop\.example\.com\/in\?link=lnk_0{48}$/
    for (const [service, link] of [
      ['default', here],
      ['mails', own],
    ] as const) {
      const texts = await of('--service', service, '--link')
      expect(texts.map(({ locale }) => locale)).toEqual(LANGUAGES)
      for (const one of texts) {
        expect(linkIn(one), one.locale).toMatch(link)
        expect(one.text).toContain('482913')
      }
    }
    expect((await of()).map(linkIn)).toEqual(LANGUAGES.map(() => null))
    const { out } = await preview('--channel', 'sms', '--link')
    expect(out).not.toContain('lnk_')
  })

  it('refuses a service that does not exist, and settings that are wrong', async () => {
    const wrong = await preview('--service', 'nobody')
    expect([wrong.status, wrong.out]).toEqual([2, ''])
    expect(wrong.err).toContain('there is no service "nobody"')
    expect((await run({ ANDROID_APP_HASH: 'short' }, 'preview')).status).toBe(78)
  })
})
