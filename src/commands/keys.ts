// API keys: made, listed and revoked by an operator, in the service's own store.
// It must not show a key's text but once, when it is made.

import { createApiKey } from '../access/api-keys.ts'
import { type ApiKeyRecord, SCOPES, type Scope } from '../access/ports.ts'
import type { Config } from '../config/config.ts'
import { createClock } from '../kernel/clock.ts'
import {
  type Command,
  EXIT,
  type Given,
  type Options,
  type Terminal,
  UsageError,
} from './command.ts'
import type { StoreJob } from './store.ts'

/** Loaded when a command runs: help and healthcheck do without a database driver. */
async function withStore(terminal: Terminal, job: StoreJob): Promise<number> {
  const store = await import('./store.ts')
  return store.withStore(terminal, job)
}

const JSON_OPTION: Options = { json: { type: 'boolean', description: 'Answer as JSON' } }
const MAX_NAME_CHARACTERS = 100

function toWire(record: ApiKeyRecord) {
  const time = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
  return {
    id: record.id,
    name: record.name,
    service: record.service,
    scopes: record.scopes,
    created_at: time(record.createdAt),
    revoked_at: time(record.revokedAt),
  }
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function readScopes(given: Given): Scope[] {
  const words = given.texts('scope').flatMap((text) => text.split(','))
  const scopes = words.map((word) => {
    const scope = SCOPES.find((known) => known === word)
    if (!scope) throw new UsageError(`"${word}" is not a scope: give ${SCOPES.join(', ')}`)
    return scope
  })
  return scopes.length > 0 ? [...new Set(scopes)] : ['verify']
}

/** A key that may verify belongs to one service; an admin key sees all of them unless one is named. */
function readService(given: Given, scopes: readonly Scope[], config: Config): string | null {
  const name = given.text('service')
  if (name === undefined) return scopes.includes('verify') ? config.defaultService : null
  if (config.services.has(name)) return name
  throw new UsageError(
    `there is no service "${name}": the settings have ${[...config.services.keys()].join(', ')}`,
  )
}

function readName(given: Given): string {
  const name = given.text('name') ?? ''
  if (name.length > MAX_NAME_CHARACTERS || /\p{Cc}/u.test(name))
    throw new UsageError(`--name is one line of at most ${MAX_NAME_CHARACTERS} characters`)
  return name
}

export const createKeyCommand: Command = {
  words: 'keys create',
  summary: 'Creates an API key. It is shown only once.',
  options: {
    service: {
      type: 'string',
      value: '<name>',
      description:
        'The service it is for (default: the default service; for admin scopes alone every service)',
    },
    scope: {
      type: 'string',
      multiple: true,
      value: '<scope>',
      description: `${SCOPES.join(', ')} (default: verify); may be repeated`,
    },
    name: { type: 'string', value: '<text>', description: 'What it is for, in your words' },
    ...JSON_OPTION,
  },
  run(given, terminal) {
    const [scopes, name] = [readScopes(given), readName(given)]
    return withStore(terminal, async (store, config) => {
      const service = readService(given, scopes, config)
      const nowMs = createClock().now()
      const key = createApiKey({ service, name, scopes, nowMs })
      await store.apiKeys.insert(key.record)
      if (given.flag('json')) {
        terminal.out(toJson({ ...toWire(key.record), key: key.text }))
        return EXIT.ok
      }
      terminal.err(
        `Key ${key.record.id} for ${service ?? 'every service'}, scope ${scopes.join(', ')}. It is not shown again:\n`,
      )
      terminal.out(`${key.text}\n`)
      return EXIT.ok
    })
  },
}

function describeKey(record: ApiKeyRecord): string {
  const { id, name, service, scopes, created_at, revoked_at } = toWire(record)
  const state = revoked_at ? `revoked ${revoked_at}` : 'active'
  return [id, service ?? '(every service)', scopes.join(','), created_at, state, name].join('  ')
}

export const listKeysCommand: Command = {
  words: 'keys list',
  summary: 'Lists the keys that were made by command (not API_KEY and ADMIN_KEY of the settings).',
  options: {
    service: { type: 'string', value: '<name>', description: 'Only those of this service' },
    ...JSON_OPTION,
  },
  run: (given, terminal) =>
    withStore(terminal, async (store) => {
      const records = await store.apiKeys.list(given.text('service') ?? null)
      if (given.flag('json')) terminal.out(toJson(records.map(toWire)))
      else if (records.length === 0) terminal.err('There are no keys.\n')
      else terminal.out(records.map((record) => `${describeKey(record)}\n`).join(''))
      return EXIT.ok
    }),
}

export const revokeKeyCommand: Command = {
  words: 'keys revoke',
  operands: ['id'],
  summary: 'Revokes a key: it is refused from the next request on, for good.',
  options: JSON_OPTION,
  run: (given, terminal) =>
    withStore(terminal, async (store) => {
      const [id = ''] = given.positionals
      const wasThere = await store.apiKeys.revoke(id, createClock().now())
      if (!wasThere) {
        terminal.err(`There is no key ${id}: see countersign keys list.\n`)
        return EXIT.failed
      }
      if (given.flag('json')) terminal.out(toJson({ id, revoked: true }))
      else terminal.err(`Key ${id} is revoked.\n`)
      return EXIT.ok
    }),
}
