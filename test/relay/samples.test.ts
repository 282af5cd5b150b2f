// examples/relay: each system's configuration and code as we ship it, run against the real service or read by what reads it.

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { createContext, runInContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createHandler } from '../../examples/relay/cognito/relay.mjs'
import { RELAY_SYSTEMS } from '../../src/kernel/relay-systems.ts'
import { SYSTEMS } from '../../src/relay/systems/all.ts'
import { type Real, startReal } from '../http/real.ts'
import { RELAY_ENV, SECRETS } from './golden.ts'

const FOLDER = 'examples/relay'
const TO = '+14155552601'

let real: Real
beforeAll(async () => {
  real = await startReal({ ...RELAY_ENV, LIMIT_SENDS_PER_NUMBER_BURST: 'off' })
})
afterAll(() => real.close())

const textOf = (path: string) => readFileSync(`${FOLDER}/${path}`, 'utf8')
const filled = (path: string, code: string, to = TO) =>
  textOf(path).replaceAll('{{to}}', to).replaceAll('{{code}}', code).replaceAll('{{id}}', code)

async function hasArrived(code: string): Promise<boolean> {
  await expect
    .poll(async () => {
      const { body } = await real.client.get('/dev/inbox', { accept: 'application/json' })
      return body.some((one: { code: string }) => one.code === code)
    })
    .toBe(true)
  return true
}

describe('C93: one command', () => {
  it.each(RELAY_SYSTEMS)('sends what %s would, and shows the message', async (system) => {
    const code = `3${RELAY_SYSTEMS.indexOf(system)}4159`
    // As `node send.mjs …` is, without nine processes.
    const program = new Worker(`./${FOLDER}/send.mjs`, {
      ...{ argv: [system, TO, code], env: { ...RELAY_ENV, COUNTERSIGN_URL: real.url } },
      ...{ stdout: true, execArgv: [] },
    })
    const [stdout, [exitCode]] = await Promise.all([text(program.stdout), once(program, 'exit')])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^200 /)
    expect(stdout.split('\n')[1]).toContain(code)
  })
})

describe('C93: Kratos', () => {
  it('its Jsonnet reads the code, and nothing of a text', () => {
    const source = textOf('kratos/countersign.jsonnet')
    const read = [...source.matchAll(/ctx\.(\w+)/g)].map(([, name]) => name)
    expect(new Set(read)).toEqual(new Set(['recipient', 'template_type', 'template_data']))
  })

  const hasJsonnet = spawnSync('jsonnet', ['--version']).status === 0

  it.runIf(hasJsonnet)('its Jsonnet makes the payload of what the courier knows', () => {
    const make = (context: string) => {
      const words = ['--tla-code', `ctx=${context}`, `${FOLDER}/kratos/countersign.jsonnet`]
      return JSON.parse(spawnSync('jsonnet', words, { encoding: 'utf8' }).stdout)
    }
    const made = make(filled('kratos/context.json', '482913'))
    expect(made).toEqual({
      to: TO,
      type: 'login_code_valid',
      code: '482913',
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
    expect(make(filled('kratos/context.json', '482913'))).toEqual(made)
    expect(make(filled('kratos/context.json', '482914')).id).not.toBe(made.id)
    const without = filled('kratos/context.json', '482913').replace('login_code"', 'no_code"')
    expect(SYSTEMS.kratos.read(make(without)).kind).toBe('nothing')
  })

  it('its configuration sends both channels here', () => {
    const { courier } = parse(textOf('kratos/kratos.yml'), { merge: true })
    for (const channel of courier.channels)
      expect(channel).toMatchObject({ type: 'http', request_config: { auth: { type: 'api_key' } } })
  })
})

describe('C93: Auth0', () => {
  const module: { onExecuteCustomPhoneProvider?(event: object, api: object): Promise<void> } = {}
  runInContext(textOf('auth0/action.js'), createContext({ exports: module, fetch, AbortSignal }))

  async function act(change: object = {}, secrets: object = {}) {
    const told: string[] = []
    const api = {
      notification: {
        drop: (why: string) => told.push(`drop: ${why}`),
        retry: (why: string) => told.push(`retry: ${why}`),
      },
    }
    const event = JSON.parse(filled('auth0/event.json', '271828', '+1-415-555-2602'))
    const given = { COUNTERSIGN_URL: real.url, RELAY_AUTH0_SECRET: SECRETS.auth0, ...secrets }
    const notification = { ...event.notification, ...change }
    await module.onExecuteCustomPhoneProvider?.({ ...event, notification, secrets: given }, api)
    return told
  }

  it('its Action hands over the code of an event', async () => {
    expect(await act()).toEqual([])
    expect(await hasArrived('271828')).toBe(true)
  })

  it('its Action drops what is refused or has no code, and asks again where nobody was reached', async () => {
    expect(await act({ code: undefined, message_type: 'blocked_account' })).toEqual([
      'drop: not sent: blocked_account by text',
    ])
    expect(await act({}, { RELAY_AUTH0_SECRET: 'a-secret-of-nobody-1' })).toEqual([
      'drop: refused: unauthenticated',
    ])
    expect(await act({}, { COUNTERSIGN_URL: 'http://127.0.0.1:9' })).toEqual([
      'retry: Countersign was not reached',
    ])
  })
})

describe('C93: Cognito', () => {
  const decrypt = async (ciphertext: string) => Buffer.from(ciphertext, 'base64').toString()
  type Event = Parameters<ReturnType<typeof createHandler>>[0]
  const handle = (event: Event, secret = SECRETS.cognito) =>
    createHandler({ url: real.url, secret, decrypt })(event)
  const eventOf = (code: string) =>
    JSON.parse(filled('cognito/event.json', Buffer.from(code).toString('base64')))

  it('its Lambda decrypts the code and hands it over', async () => {
    await handle(eventOf('161803'))
    expect(await hasArrived('161803')).toBe(true)
    const event = eventOf('161804')
    const request = { ...event.request, userAttributes: { email: 'ann@example.com' } }
    await handle({ ...event, triggerSource: 'CustomEmailSender_ForgotPassword', request })
    expect(await hasArrived('161804')).toBe(true)
  })

  it('its Lambda fails where nothing was accepted', async () => {
    const password = { ...eventOf('x'), triggerSource: 'CustomSMSSender_AdminCreateUser' }
    await expect(handle(password)).rejects.toThrow('not sent: CustomSMSSender_AdminCreateUser')
    await expect(handle(eventOf('161805'), 'a-secret-of-nobody-1')).rejects.toThrow(
      'refused: 401 unauthenticated',
    )
  })
})

describe('C93: Keycloak', () => {
  it('its template makes a payload as Java’s String.format does', () => {
    const { config } = JSON.parse(textOf('keycloak/sms-2fa.json'))
    const values = [TO, 'Your SMS code is 482913 and is valid for 10 minutes.']
    const made = config.jsonTemplate.replaceAll('%s', () => values.shift() ?? '')
    expect(SYSTEMS.keycloak.read(JSON.parse(made))).toMatchObject({
      kind: 'messages',
      messages: [{ to: TO, code: '482913' }],
    })
  })
})

it('C93: the other configurations are what their readers can read', () => {
  for (const path of [
    'authgear/authgear.yaml',
    'authgear/authgear.secrets.yaml',
    'authentik/blueprint.yaml',
  ])
    expect(parse(textOf(path))).toBeTypeOf('object')
  expect(JSON.parse(textOf('logto/connector.json')).endpoint).toMatch(/\/relay\/logto$/)
  expect(spawnSync('sh', ['-n', `${FOLDER}/zitadel/provider.sh`]).status).toBe(0)
  expect(textOf('supabase/config.toml').match(/uri = ".*\/relay\/supabase"/g)).toHaveLength(2)
})
