// The settings of the hosted page: where it leads back to, its colour and its picture, and what is refused at start, in words.

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigError, loadConfig } from '../../src/config/config.ts'
import { PROVIDERS } from '../../src/delivery/registry.ts'

const bytes = (name: string) => createHash('sha256').update(name).digest('base64')
const DEVELOPMENT = { SECRET_KEY: bytes('root') }
const PRODUCTION = {
  ...{ NODE_ENV: 'production', SECRET_KEY: bytes('root'), ALLOWED_COUNTRIES: '*' },
  ...{ SMTP_URL: 'smtps://user:pass@mail.example.com', MAIL_FROM: 'login@example.com' },
}
const SVG = '<?xml version="1.0"?>\n<!-- ours -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'
const PNG = Buffer.from('89504e470d0a1a0a0000', 'hex')
const FILES = new Map<string, Buffer>([
  ['/logos/a.svg', Buffer.from(SVG)],
  ['/logos/a.png', PNG],
  ['/logos/page.html', Buffer.from('<html><svg></svg></html>')],
  ['/logos/comments.svg', Buffer.from(`${'<!-- -->'.repeat(60)}<html>`)],
  ['/logos/large.png', Buffer.concat([PNG, Buffer.alloc(64 * 1024)])],
])

function load(env: Record<string, string>, services?: object) {
  let reads = 0
  const config = loadConfig(services ? { ...env, SERVICES_FILE: '/services.json' } : env, {
    readFile: () => JSON.stringify({ services }),
    readBytes(path) {
      reads += 1
      const found = FILES.get(path)
      if (!found) throw Object.assign(new Error('gone'), { code: 'ENOENT' })
      return found
    },
    ...{ cores: 2, providers: PROVIDERS },
    devKeys: () => ({
      secretKey: bytes('root'),
      apiKey: 'cs_dev_0123456789',
      adminKey: 'cs_dev_a',
    }),
  })
  return { config, reads }
}

function problemsOf(...given: Parameters<typeof load>): string {
  try {
    load(...given)
    return ''
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.join('\n')
    throw error
  }
}

const policy = (env: Record<string, string>, services?: object, name = 'default') =>
  load(env, services).config.services.get(name)

describe('RETURN_URLS', () => {
  it('are origins and paths as a browser reads them, each once', () => {
    const given =
      'https://App.example.com/a/../back, https://app.example.com:443/back,https://b.example'
    expect(policy({ ...PRODUCTION, RETURN_URLS: given })?.returnUrls).toEqual([
      'https://app.example.com/back',
      'https://b.example/',
    ])
  })

  it.each([
    ['app.example.com/back', 'is not an http or https URL'],
    ['javascript:alert(1)', 'is not an http or https URL'],
    ['https://user@app.example.com/', 'must not contain a user'],
    ['https://app.example.com/?next=x', 'must not contain a user, a query'],
    ['https://*.example.com/back', 'write each URL out'],
    [Array.from({ length: 21 }, (_, i) => `https://a.example/${i}`).join(), 'at most 20'],
  ])('refuse %s', (given, words) => {
    expect(problemsOf({ ...PRODUCTION, RETURN_URLS: given })).toContain(words)
  })

  it('C87: are https in production, but for this machine, by environment and by file', () => {
    const env = { ...PRODUCTION, RETURN_URLS: 'http://app.example.com/back' }
    expect(problemsOf(env)).toMatch(/^RETURN_URLS: http:\/\/app.example.com\/back is not https/)
    expect(problemsOf({ ...PRODUCTION, RETURN_URLS: 'http://localhost:3000/back' })).toBe('')
    expect(problemsOf({ ...DEVELOPMENT, RETURN_URLS: 'http://app.example.com/back' })).toBe('')
    const shop = { return_urls: ['http://shop.example/back'] }
    expect(problemsOf(PRODUCTION, { shop })).toContain('SERVICES_FILE: services.shop.return_urls:')
  })

  it('of a service replace those of the settings', () => {
    const env = { ...DEVELOPMENT, RETURN_URLS: 'https://app.example.com/back' }
    const services = { default: {}, shop: { return_urls: ['https://shop.example/back'] } }
    expect(policy(env, services)?.returnUrls).toEqual(['https://app.example.com/back'])
    expect(policy(env, services, 'shop')?.returnUrls).toEqual(['https://shop.example/back'])
  })
})

describe('BRAND_COLOR and BRAND_LOGO', () => {
  it('are a colour in six digits', () => {
    expect(policy({ ...DEVELOPMENT, BRAND_COLOR: '#EF4FA3' })?.brandColor).toBe('#ef4fa3')
    for (const BRAND_COLOR of ['red', '#fff', '#abcdef;color:red'])
      expect(problemsOf({ ...DEVELOPMENT, BRAND_COLOR })).toContain('is not a colour like #1f4fa3')
  })

  it('are a picture by what is in it, read once for all services that show it', () => {
    const services = {
      default: {},
      a: {},
      b: { brand_logo: '/logos/a.png' },
      c: { brand_logo: null },
    }
    const { config, reads } = load({ ...DEVELOPMENT, BRAND_LOGO: '/logos/a.svg' }, services)
    expect(reads).toBe(2)
    const types = [...config.logos].map(([name, { type }]) => `${name} ${type}`)
    expect(types).toEqual(['default image/svg+xml', 'a image/svg+xml', 'b image/png'])
    const BRAND_LOGO = `data:image/png;base64,${PNG.toString('base64')}`
    expect(load({ ...DEVELOPMENT, BRAND_LOGO }).config.logos.get('default')?.type).toBe('image/png')
  })

  it.each([
    ['https://cdn.example.com/logo.svg', 'is a URL of another host'],
    ['data:image/svg+xml,<svg/>', 'must look like data:image/png;base64'],
    ['data:text/html;base64,AAAA', 'must look like data:image/png;base64'],
    ['/logos/none.svg', 'the file "/logos/none.svg" cannot be read (ENOENT)'],
    ['/logos/page.html', 'is neither a PNG nor an SVG picture'],
    // Looked at from each of its comments, it would take longer than the machine lives.
    ['/logos/comments.svg', 'is neither a PNG nor an SVG picture'],
    ['/logos/large.png', 'a logo has at most 65536'],
  ])('refuse %s', (given, words) => {
    expect(problemsOf({ ...DEVELOPMENT, BRAND_LOGO: given })).toContain(words)
    const shop = { brand_logo: given }
    expect(problemsOf(DEVELOPMENT, { shop })).toContain('SERVICES_FILE: services.shop.brand_logo: ')
  })
})
