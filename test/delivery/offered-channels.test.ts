// C66: a channel that no provider carries is neither offered nor named, and development answers as production would.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { PROVIDERS } from '../../src/delivery/registry.ts'
import { CHANNELS, INBOX_CHANNELS } from '../../src/kernel/channel.ts'
import { outcomeOf, type Steered, startSteered } from '../e2e/steered-service.ts'
import { PATIENCE_MS } from '../long.ts'
import { answer, type FaultServer, startFaultServer } from './fault-server.ts'

const ROOT = join(import.meta.dirname, '../..')
const UNCARRIED = /\brcs\b/i
/** Generated or read by operators, users and callers; sources hold the console, the API and the messages. */
const READ = ['src', 'docs', 'examples', 'deploy', 'README.md', 'compose.yaml']

describe('a channel that no provider serves', () => {
  it('C66: is not in the list of those that are offered', () => {
    const carried = PROVIDERS.flatMap(({ channels }) => channels)
    expect([...CHANNELS].sort()).toEqual([...new Set(carried)].sort())
  })

  it('C66: is named in no source, document or example', () => {
    const files = execFileSync('git', ['ls-files', ...READ], { cwd: ROOT, encoding: 'utf8' })
    const texts = files.split('\n').filter((name) => /\.(ts|md|json|ya?ml|mjs|js)$/.test(name))
    expect(texts.length).toBeGreaterThan(300)
    const naming = texts.filter((name) => UNCARRIED.test(readFileSync(join(ROOT, name), 'utf8')))
    expect(naming).toEqual([])
  })

  it.each(['rcs', 'fax'])('C66: %s has no routes and is not a channel of a service', (channel) => {
    const load = (env: Record<string, string>) =>
      loadConfig(env, {
        ...{ readFile: () => '', cores: 1, providers: PROVIDERS },
        devKeys: () => ({
          ...{ secretKey: Buffer.alloc(32, 7).toString('base64') },
          ...{ apiKey: 'cs_dev_api-key-for-this', adminKey: 'cs_dev_admin' },
        }),
      })
    const services = JSON.stringify({ services: { default: { channels: ['sms', channel] } } })
    expect(() => load({ SERVICES: services })).toThrow('services.default.channels.1')
    expect(load({}).services.get('default')?.channels).toEqual(INBOX_CHANNELS)
  })
})

describe('in development', () => {
  let service: Steered
  let gateway: FaultServer
  beforeAll(async () => {
    gateway = await startFaultServer(answer(200, '{"ok":true,"result":{"request_id":"1"}}'))
    service = await startSteered({ TELEGRAM_TOKEN: 'x', TELEGRAM_BASE_URL: gateway.url })
  })
  afterAll(async () => {
    await service.close()
    await gateway.close()
  })

  it.each(['rcs', 'fax'])('C66: a start and a resend by %s are refused', async (channel) => {
    const refused = await service.start({ to: '+14155552671', channel })
    expect(outcomeOf(refused)).toEqual([400, 'invalid_request'])
    const detail = 'must be one of: sms, email, whatsapp, telegram, voice, totp, recovery_code'
    expect(refused.body.errors).toEqual([{ field: 'channel', detail }])
    const { id } = (await service.start({ to: '+14155552671' })).body
    expect(outcomeOf(await service.resend(id, { channel }))).toEqual([400, 'invalid_request'])
  })

  it('C66: a messenger is offered where its provider is configured, and reaches numbers only', async () => {
    const started = await service.start({ to: '+14155552672', channel: 'telegram' })
    expect(outcomeOf(started)).toEqual([201, undefined])
    expect(started.body).toMatchObject({ channel: 'telegram', status: 'pending' })
    await vi.waitUntil(() => gateway.seen.length === 1, PATIENCE_MS)
    const { phone_number: to, code } = JSON.parse(gateway.seen[0]?.body ?? '')
    expect(to).toBe('+14155552672')
    const { id } = started.body
    expect(outcomeOf(await service.check({ id, code }))).toEqual([200, undefined])
    const address = await service.start({ to: 'ann@example.com', channel: 'telegram' })
    expect(outcomeOf(address)).toEqual([400, 'invalid_request'])
    const other = await service.start({ to: '+14155552672', channel: 'whatsapp' })
    expect(outcomeOf(other)).toEqual([403, 'channel_not_available'])
  })
})
