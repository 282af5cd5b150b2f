// C67: impossible templates stop the start with a message that does not repeat them.

import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { loadSettings } from '../../src/config/load.ts'
import { ProviderSettingError } from '../../src/delivery/provider-entry.ts'
import { PROVIDERS } from '../../src/delivery/registry.ts'

function read(given: Record<string, string>, channel: 'sms' | 'email' = 'sms') {
  const entry = PROVIDERS.find((one) => one.name === 'http' && one.channels.includes(channel))
  if (!entry) throw new Error('no entry')
  const prefix = `HTTP_${channel.toUpperCase()}_`
  const defaults = entry.settings.flatMap(({ name, default: value }) =>
    value === undefined ? [] : [[name, value]],
  )
  const named = Object.entries(given).map(([name, value]) => [prefix + name, value])
  const url = [`${prefix}URL`, 'https://gateway.example/send']
  return entry.read(Object.fromEntries([...defaults, url, ...named]))
}
const FORM = '{"content-type":"application/x-www-form-urlencoded"}'

describe.each(['sms', 'email'] as const)('the templates of the gateway for %s', (channel) => {
  it.each<[string, Record<string, string>, string]>([
    ['a placeholder mistyped', { BODY: '{"to":"{{tto}}","text":"{{text}}"}' }, '{{tto}}'],
    ['in capitals', { BODY: '{"to":"{{To}}"}' }, '{{To}}'],
    ['with a blank inside', { BODY: '{"to":"{{ to number }}"}' }, 'not a placeholder'],
    ['not closed', { HEADERS: FORM, BODY: 'to={{to}&text={{text}}' }, 'not a placeholder'],
    ['with three braces', { HEADERS: FORM, BODY: 'to={{{to}}}' }, 'not a placeholder'],
    ['a comma too much', { BODY: '{"to":"{{to}}",}' }, 'not JSON'],
    ['a bracket missing', { BODY: '{"to":"{{to}}"' }, 'not JSON'],
    ['single quotes', { BODY: "{'to':'{{to}}'}" }, 'not JSON'],
    ['a value outside of quotes', { BODY: '{"to":{{to}},"text":"{{text}}"}' }, 'not JSON'],
    ['a code outside of quotes', { BODY: '{"code":{{code}}}' }, 'not JSON'],
    ['a form without its content-type', { BODY: 'to={{to}}&text={{text}}' }, 'content-type'],
    [
      'JSON of another name',
      { HEADERS: '{"content-type":"application/vnd.api+json"}', BODY: '{"to":{{to}}}' },
      'not JSON',
    ],
  ])('%s stops the start', (_, given, words) => {
    const setting = `HTTP_${channel.toUpperCase()}_BODY`
    expect(() => read(given, channel)).toThrow(ProviderSettingError)
    expect(() => read(given, channel)).toThrow(`${setting}: `)
    expect(() => read(given, channel)).toThrow(words)
  })
})

it.each(['sms', 'email'] as const)(
  'C67: a request to the gateway for %s that holds no code is named at the start',
  (channel) => {
    const prefix = `HTTP_${channel.toUpperCase()}_`
    const said = (given: Record<string, string>) =>
      loadSettings({
        ...{ NODE_ENV: 'test', SECRET_KEY: randomBytes(32).toString('base64') },
        ...{
          API_KEY: randomUUID(),
          ADMIN_KEY: randomUUID(),
          [`${prefix}URL`]: 'https://g.example',
        },
        ...Object.fromEntries(Object.entries(given).map(([name, text]) => [prefix + name, text])),
      })
    const warning = `${prefix}BODY: neither {{text}} nor {{code}}`
    const warnings = expect.arrayContaining([expect.stringContaining(warning)])
    expect(said({ BODY: '{"to":"{{to}}"}' })).toMatchObject({ ok: true, config: { warnings } })
    expect(said({ BODY: '{"to":"{{to}}","c":"{{code}}"}' })).not.toMatchObject({
      config: { warnings },
    })
    expect(said({ METHOD: 'GET', URL: 'https://g.example/?t={{text}}' })).not.toMatchObject({
      config: { warnings },
    })
  },
)

describe('URL and headers', () => {
  it.each<[string, string, string]>([
    ['URL', 'https://gateway.example/?to={{tto}}', '{{tto}}'],
    ['URL', 'https://gateway.example/?to={{to', 'not a placeholder'],
    ['URL', 'https://{{to}}/send', 'before its path'],
    ['URL', 'https://{{brand}}.gateway.example/send', 'before its path'],
    ['URL', 'https://gateway.example{{to}}/send', 'before its path'],
    ['HEADERS', '{"x-id":"{{id}}"}', '{{id}}'],
    ['HEADERS', '{"x-to":"{{to}}"}', '{{delivery_id}}'],
    ['HEADERS', '{"x-text":"{{text}}"}', '{{delivery_id}}'],
    ['HEADERS', '{"Idempotency-Key":"countersign"}', 'only the first'],
    // A send again has the verification of the first one; a try again has another try id.
    ['HEADERS', '{"idempotency-key":"{{verification_id}}"}', 'only the first'],
    ['HEADERS', '{"idempotency-key":"{{attempt_id}}"}', 'three times'],
    ['HEADERS', '{"idempotency-key":"{{delivery_id}}-{{attempt_id}}"}', 'three times'],
    // With one of these no request goes out at all.
    ['HEADERS', '{"Content-Length":"10"}', 'content-length'],
    ['HEADERS', '{"transfer-encoding":"chunked"}', 'transfer-encoding'],
    ['HEADERS', '{"Expect":"100-continue"}', 'expect'],
    ['HEADERS', '{"upgrade":"h2c"}', 'upgrade'],
    ['HEADERS', '{"keep-alive":"timeout=5"}', 'keep-alive'],
    // Hosts to the parser, though not with two slashes before them.
    ['URL', 'https:{{to}}/send', 'before its path'],
    ['URL', 'https:/{{to}}/send', 'before its path'],
    ['URL', 'https:///{{to}}/send', 'before its path'],
    ['URL', 'https:\\\\{{brand}}\\send', 'before its path'],
    ['URL', 'https://{{to}}@gateway.example/', 'before its path'],
    ['SUCCESS', 'OK*|', 'empty answer'],
    ['SUCCESS', '|', 'empty answer'],
    ['SUCCESS', '/status=', 'empty answer'],
    ['SUCCESS', '/status=ok||queued', 'empty answer'],
    ['SUCCESS', '/a~2=1', '/status=accepted'],
    ['ERROR_POINTER', 'error', 'JSON pointer'],
    ['ID_POINTER', 'id', 'JSON pointer'],
  ])('%s %s stops the start', (name, value, words) => {
    expect(() => read({ [name]: value })).toThrow(`HTTP_SMS_${name}: `)
    expect(() => read({ [name]: value })).toThrow(words)
  })

  it('no sentence repeats a template: it may hold a key', () => {
    const body = '{"key":"k3y-0f-the-gateway","to":"{{ k3y-0f-the-gateway and more text }}"}'
    expect(() => read({ BODY: body })).toThrow(/^(?!.*k3y)/s)
    expect(() => read({ BODY: '{"key":"k3y-0f-the-gateway",}' })).toThrow(/^(?!.*k3y)/s)
  })

  it.each<[Record<string, string>]>([
    [{ BODY: '{"a":{"b":{"to":"{{to}}","t":"{{ text }}"}}}' }],
    [{ BODY: '[{"to":"+{{to}}: {{text}}"}]' }],
    [{ BODY: '{"{{to}}":"{{text}}"}' }],
    [{ HEADERS: FORM, BODY: 'to={{to}}&text={{text}}&braces={}' }],
    [{ HEADERS: '{"content-type":"text/plain"}', BODY: '{{text}}' }],
    [{ HEADERS: '{"x-request-id":"{{delivery_id}}","x-try":"{{attempt_id}}"}' }],
    [{ HEADERS: '{"idempotency-key":"cs-{{delivery_id}}"}' }],
    [{ HEADERS: '{"host":"inner.example","connection":"close"}' }],
    [{ URL: 'https://gateway.example/{{to}}/send?text={{text}}#{{code}}' }],
    // The body of a GET is not sent, whatever it is.
    [{ METHOD: 'GET', URL: 'https://gateway.example/?to={{to}}&t={{text}}', BODY: '{' }],
  ])('%j is right', (given) => {
    expect(() => read(given)).not.toThrow()
  })
})
