// C69: MAIL_FROM, which several providers read.

import { describe, expect, it } from 'vitest'
import { type ConfigSources, loadConfig } from '../../src/config/config.ts'
import { PROVIDERS } from '../../src/delivery/registry.ts'

const sources: ConfigSources = {
  readFile: () => '',
  cores: 1,
  providers: PROVIDERS,
  devKeys: () => ({
    secretKey: Buffer.alloc(32, 7).toString('base64'),
    apiKey: 'cs_dev_api-key-for-this',
    adminKey: 'cs_dev_admin',
  }),
}
const MAIL_FROM = 'a@example.com'

function read(env: Record<string, string>) {
  try {
    return loadConfig(env, sources).providers.map(({ name }) => name)
  } catch (error) {
    return (error as Error).message
  }
}

describe('C69: a setting that several providers read', () => {
  it('configures none of them alone', () => {
    expect(read({ RESEND_API_KEY: 're_x', MAIL_FROM })).toEqual(['resend'])
    expect(read({ SMTP_URL: 'smtps://mail.example', MAIL_FROM })).toEqual(['smtp'])
    const both = { RESEND_API_KEY: 're_x', SENDGRID_API_KEY: 'SG.x', MAIL_FROM }
    expect(read(both)).toEqual(['sendgrid', 'resend'])
  })

  it('is missing, or wrong, once', () => {
    const both = { RESEND_API_KEY: 're_x', SMTP_URL: 'smtps://mail.example' }
    const faults = (text: unknown) => String(text).match(/^ {2}MAIL_FROM: .*$/gm)
    expect(faults(read(both))).toEqual([expect.stringContaining('MAIL_FROM: is missing')])
    expect(faults(read({ ...both, MAIL_FROM: 'nobody' }))).toHaveLength(1)
    const twice = { ...both, MAIL_FROM, MAIL_FROM_FILE: '/x' }
    expect(faults(read(twice))).toHaveLength(1)
  })

  it('is refused where nothing reads it, and the providers that would are named', () => {
    const refusal = read({ MAIL_FROM })
    for (const name of ['smtp (SMTP_URL)', 'ses (SES_ACCESS_KEY_ID)', 'resend (RESEND_API_KEY)'])
      expect(refusal).toContain(name)
    expect(read({ SMTP_URL: 'mail.example', MAIL_FROM })).not.toContain('none of the providers')
  })
})
