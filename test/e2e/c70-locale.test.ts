// C70: the answer says in which language the message is written, whatever the request said, on each engine.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Real, startReal } from '../http/real.ts'
import { createDatabase } from '../postgres/databases.ts'
import { LIGHT, UNLIMITED } from './service-process.ts'

const SERVICES = JSON.stringify({
  services: { default: { locale: 'fr', templates: { et: { sms: 'Kood {{code}}' } } } },
})

describe.each(['sqlite', 'postgres'] as const)('on %s', (engine) => {
  let real: Real
  let drop = async () => {}
  beforeAll(async () => {
    const env: Record<string, string> = { ...LIGHT, ...UNLIMITED, SERVICES }
    if (engine === 'postgres') {
      const database = await createDatabase()
      env.DATABASE_URL = database.url
      drop = () => database.drop()
    }
    real = await startReal(env)
  })
  afterAll(async () => {
    await real.close()
    await drop()
  })

  it.each([
    ['+14155552671', 'zh-Hant-TW', 'zh-Hant', '驗證碼'],
    ['+14155552671', 'zh_TW', 'zh-Hant', '驗證碼'],
    ['+14155552671', 'de_DE.UTF-8', 'de', 'ist der Code'],
    ['+14155552671', 'et-EE', 'et', 'Kood'],
    ['+14155552671', 'no-such-language-at-all', 'en', 'is your'],
    ['+14155552671', undefined, 'en', 'is your'],
    ['+4915112345678', 'xx', 'de', 'ist der Code'],
    ['ann@example.com', 'klingon!', 'fr', 'otre code'],
    ['ann@example.com', 'et', 'fr', 'otre code'],
  ])(
    'C70: to %s in %s the message is in %s, and so the answer states',
    async (to, locale, used, words) => {
      const started = await real.client.post('/verify/start', { to, locale })
      expect([started.status, started.body.locale]).toEqual([201, used])
      const { id } = started.body as { id: string }
      const message = await real.message(id)
      expect(`${message.text}`).toContain(words)
      expect((await real.client.get(`/verify/${id}`)).body.locale).toBe(used)
      const checked = await real.client.post('/verify/check', { id, code: message.code })
      expect([checked.status, checked.body.locale]).toEqual([200, used])
    },
  )

  it('C70: a decoy, a repeated request and a test recipient get the same answer', async () => {
    const body = { to: 'ghost@example.com', locale: 'zh-HK', decoy: true }
    const key = { 'idempotency-key': `"${engine}-decoy"` }
    const first = await real.client.post('/verify/start', body, key)
    const again = await real.client.post('/verify/start', body, key)
    expect([first.body.locale, again.body.locale]).toEqual(['zh-Hant', 'zh-Hant'])
    const app = { subject: 'nobody', channel: 'totp', locale: 'de_AT', decoy: true }
    expect((await real.client.post('/verify/start', app)).body.locale).toBe('de')
  })
})
