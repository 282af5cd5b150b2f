// C69: what people, editors and tools put around a value: quotes, comments, encodings, lines, nothing at all.

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadSettings } from '../../src/config/load.ts'
import type { Environment } from '../../src/config/reader.ts'
import { SETTING_GROUPS } from '../../src/config/setting-groups.ts'
import { PROVIDERS } from '../../src/delivery/registry.ts'

const KEY = 'kaeGh3ohTheiy2oochaeQu6aefiech9i'
const PRODUCTION: Environment = {
  NODE_ENV: 'production',
  SECRET_KEY: randomBytes(32).toString('base64'),
  ALLOWED_COUNTRIES: 'US',
  SMTP_URL: 'smtp://127.0.0.1:2525',
  MAIL_FROM: 'no-reply@example.com',
}

const folder = mkdtempSync(join(tmpdir(), 'given-text-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function refusalOf(env: Environment): string {
  const loaded = loadSettings({ ...PRODUCTION, ...env })
  return loaded.ok ? '' : loaded.message
}

function writeSecret(content: string | Buffer): string {
  const path = join(folder, randomBytes(6).toString('hex'))
  writeFileSync(path, content)
  return path
}

const NAMES = [
  ...SETTING_GROUPS.flatMap(({ rows }) => rows.map(({ name }) => name)),
  ...PROVIDERS.flatMap(({ settings }) => settings.map(({ name }) => name)),
]

describe('C69: a setting that is given but empty', () => {
  it.each(NAMES)(
    '%s is refused by name: empty, blank, by an empty file, by a nameless one',
    (name) => {
      const twin = `${name}_FILE`
      const envs: Environment[] = [
        { [name]: '' },
        { [name]: ' \t\r' },
        { [name]: undefined, [twin]: writeSecret('') },
        { [name]: undefined, [twin]: writeSecret('\r\n \n') },
        { [name]: undefined, [twin]: '' },
      ]
      for (const env of envs)
        expect(refusalOf(env)).toMatch(new RegExp(`^  ${name}: .*set but empty`, 'm'))
      expect(refusalOf({ [name]: '', [twin]: writeSecret('x') })).toContain('are both set')
    },
  )
})

describe('C69: what docker --env-file keeps (moby 46773), in the environment and in files', () => {
  it.each([
    ['API_KEY', `"${KEY}"`, 'quotes'],
    ['API_KEY', `'${KEY}'`, 'quotes'],
    ['API_KEY', `“${KEY}”`, 'quotes'],
    ['API_KEY', `"${KEY}`, 'quote'],
    ['ADMIN_KEY', `\`${KEY}\``, 'quotes'],
    ['API_KEY', `${KEY} # of the shop`, 'comment'],
    ['API_KEY', `# of the shop`, 'comment'],
    ['API_KEY', `${KEY}\n${KEY}`, 'several lines'],
    ['ADMIN_KEY', `# of the admin\n${KEY}`, 'several lines'],
    ['ADMIN_KEY', `${KEY}\r\n\r\n${KEY}`, 'several lines'],
    ['API_KEY', `${KEY}\u2028${KEY}`, 'several lines'],
    ['API_KEY', `API_KEY=${KEY}`, 'repeats the setting’s name'],
    ['API_KEY', `export API_KEY = ${KEY}`, 'repeats the setting’s name'],
    ['API_KEY', `${KEY} ${KEY}`, 'a space'],
    ['API_KEY', `${KEY}\u00a0${KEY}`, 'a space'],
    ['API_KEY', `${KEY}ü`, 'beyond ASCII'],
    ['API_KEY', `${KEY}\u200b`, 'U+200B'],
    ['ADMIN_KEY', `\u202e${KEY}`, 'U+202E'],
    ['BRAND_NAME', '"Acme"', 'quotes'],
    ['BRAND_NAME', '„Acme“', 'quotes'],
    ['BRAND_NAME', '«Acme»', 'quotes'],
    ['BRAND_NAME', 'Acme # our name', 'comment'],
    ['BRAND_NAME', 'Acme #ours', 'comment'],
    ['BRAND_NAME', 'Acme\nInc', 'several lines'],
    ['SECRET_KEY', `"${PRODUCTION.SECRET_KEY}"`, 'quotes'],
    ['SECRET_KEY_PREVIOUS', `${PRODUCTION.SECRET_KEY}\n${PRODUCTION.SECRET_KEY}`, 'several lines'],
    ['SMTP_URL', '"smtp://127.0.0.1"', 'quotes'],
    ['MAIL_FROM', '"no-reply@example.com"', 'quotes'],
    ['MAIL_FROM', 'no-reply@example.com # ours', 'comment'],
    ['DATA_DIR', '/data # the volume', 'comment'],
    ['DATABASE_URL', 'file:/data/x.db #main', 'comment'],
    ['NODE_ENV', '"production"', 'quotes'],
    ['SERVICES', `'{"services":{"default":{}}}'`, 'quotes'],
    ['HTTP_SMS_HEADERS', `'{"a":"b"}'`, 'quotes'],
  ])('%s=%j is refused in words', (name, value, words) => {
    const byFile = { [name]: undefined, [`${name}_FILE`]: writeSecret(`${value}\n`) }
    for (const env of [{ [name]: value }, byFile]) {
      const refusal = refusalOf(env)
      expect(refusal).toMatch(new RegExp(`^  ${name}: .*${words.replace('+', '\\+')}`, 'm'))
      expect(refusal, 'a key is not repeated').not.toContain(KEY)
    }
  })

  it.each([
    ['UTF-16, as PowerShell writes it', Buffer.from(`\ufeff${KEY}\r\n`, 'utf16le'), 'UTF-8'],
    ['UTF-16 without a mark', Buffer.from(KEY, 'utf16le'), 'UTF-8'],
    ['UTF-16, the other way round', Buffer.from(`\ufeff${KEY}`, 'utf16le').swap16(), 'UTF-8'],
    ['Latin-1', Buffer.from(`${KEY}é`, 'latin1'), 'UTF-8'],
    ['a byte order mark, as Notepad writes it', Buffer.from(`\ufeff${KEY}`), 'byte order mark'],
  ])('a file in %s is refused for keys and names', (_, content, words) => {
    for (const name of ['API_KEY', 'BRAND_NAME', 'SERVICES'])
      expect(refusalOf({ [`${name}_FILE`]: writeSecret(content) })).toMatch(
        new RegExp(`^  ${name}: the file ".*" of ${name}_FILE .*${words}`, 'm'),
      )
  })
})

describe('C69: what is far too long', () => {
  it.each(['NODE_ENV', 'PORT', 'PUBLIC_URL', 'ALLOWED_COUNTRIES', 'BRAND_LOGO'])(
    '%s is refused in a few words',
    (name) => {
      const told = refusalOf({ [name]: 'a'.repeat(100_000) })
      expect(told).toContain(`${name}: `)
      expect(told.length).toBeLessThan(3_000)
    },
  )

  it('a device without an end, in place of a file, is refused by its setting’s name', () => {
    for (const name of ['API_KEY', 'SERVICES'])
      expect(refusalOf({ [`${name}_FILE`]: '/dev/zero' })).toContain(
        `${name}: the file "/dev/zero" of ${name}_FILE cannot be read: it has more than 4 MiB`,
      )
    expect(refusalOf({ BRAND_LOGO: '/dev/zero' })).toContain(
      'BRAND_LOGO: the file "/dev/zero" has 4194304 bytes',
    )
  })
})

describe('C69: no faults', () => {
  it.each([
    ['BRAND_NAME', 'Studio #1'],
    ['BRAND_NAME', "Ann's #2 Shop"],
    ['BRAND_NAME', "'t Zand"],
    ['BRAND_NAME', 'a=b'],
    ['MAIL_FROM', '"Ann Lee" <no-reply@example.com>'],
    ['API_KEY', `${KEY}#'"=`],
    ['API_KEY', ` ${KEY}\r`],
    ['NODE_ENV', 'production\r'],
    ['SERVICES', '\n{"services": {"default": {"templates": {"en": {"sms": "# {{code}}"}}}}}\r\n'],
  ])('%s=%j is taken', (name, value) => {
    expect(refusalOf({ [name]: value })).toBe('')
    expect(refusalOf({ [name]: undefined, [`${name}_FILE`]: writeSecret(value) })).toBe('')
  })

  it('a body that is a JSON string, and a file name with blanks around it', () => {
    const gateway = {
      HTTP_SMS_URL: 'https://sms.example.com',
      HTTP_SMS_BODY: '"{{text}} # {{to}}"',
    }
    expect(refusalOf(gateway)).toBe('')
    expect(refusalOf({ API_KEY_FILE: ` ${writeSecret(KEY)}\r` })).toBe('')
  })
})
