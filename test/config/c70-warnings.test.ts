// C70: a service whose own language has no text is told at the start, and a text that no look-up would find is refused.

import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { PROVIDERS } from '../../src/delivery/registry.ts'

const sources = {
  ...{ readFile: () => '', cores: 1, providers: PROVIDERS },
  devKeys: () => ({
    ...{ secretKey: Buffer.alloc(32, 7).toString('base64') },
    ...{ apiKey: 'cs_dev_api-key-for-this', adminKey: 'cs_dev_admin' },
  }),
}

/** What is said of languages, in the order of the channels. */
function said(services: Record<string, object>, env: Record<string, string> = {}): string[] {
  const given = { ...env, SERVICES: JSON.stringify({ services }) }
  return loadConfig(given, sources).warnings.filter((text) => text.includes('there is no text'))
}
const sms = { sms: '{{code}}' }
const email = { email_text: '{{code}}' }
const warning = (locale: string, channel: string, used: string) =>
  `service shop: there is no text in ${locale} for ${channel}; messages are in ${used}`

describe('C70: the language of a service', () => {
  it.each<[string, object, string, string]>([
    ['et', {}, 'et', 'en'],
    ['et-EE', {}, 'et-EE', 'en'],
    // Another script is another language to its reader.
    ['sr-Latn', { templates: { sr: { ...sms, ...email } } }, 'sr-Latn', 'en'],
    ['uz-Cyrl', { templates: { uz: { ...sms, ...email } } }, 'uz-Cyrl', 'en'],
  ])('%s: sms and email are said to be in another one', (locale, given, tag, used) => {
    expect(said({ shop: { locale, ...given } })).toEqual([
      warning(tag, 'sms', used),
      warning(tag, 'email', used),
    ])
  })

  it('is looked for by channel: a text of its own for one of them is none for the other', () => {
    expect(said({ shop: { locale: 'et', templates: { et: sms } } })).toEqual([
      warning('et', 'email', 'en'),
    ])
    expect(said({ shop: { locale: 'et', templates: { et: email } } })).toEqual([
      warning('et', 'sms', 'en'),
    ])
    expect(said({ shop: { locale: 'et', channels: ['sms'], templates: { et: sms } } })).toEqual([])
  })

  it('is that of each service, in production and from the environment, too', () => {
    const services = { shop: {}, bank: { locale: 'de-AT' } }
    expect(said(services, { DEFAULT_LOCALE: 'et' })).toEqual([
      warning('et', 'sms', 'en'),
      warning('et', 'email', 'en'),
    ])
    const production = {
      ...{ NODE_ENV: 'production', ALLOWED_COUNTRIES: 'FI', HTTP_SMS_URL: 'https://g.example' },
      SECRET_KEY: randomBytes(32).toString('base64'),
    }
    const shop = { locale: 'et', channels: ['sms'] }
    expect(said({ shop }, production)).toEqual([warning('et', 'sms', 'en')])
  })

  it.each(['en', 'de-CH', 'zh-TW', 'zh-Hant-HK', 'pt-AO', 'he', 'yue-HK', 'no', 'nn-NO', 'nb'])(
    '%s has texts: there is no warning',
    (locale) => {
      expect(said({ shop: { locale } })).toEqual([])
    },
  )
})

it.each([
  ['zh-TW', 'zh-Hant-TW'],
  ['en-US', 'en-us'],
  ['iw', 'he'],
  ['sr', 'sr-Cyrl'],
])(
  'C70: %s and %s are the same to the look-up, and one of them would never be used',
  (one, other) => {
    const shop = { templates: { [one]: sms, [other]: sms } }
    expect(() => said({ shop })).toThrow(`services.shop.templates.${other}: is listed twice`)
  },
)
