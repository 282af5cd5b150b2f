// countersign keys create, list and revoke: API keys, in the service's own store.
// It must not show a key's text except once, when it is created.

import { createApiKey } from '../access/api-keys.ts'
import { type ApiKeyRecord, SCOPES, type Scope } from '../access/ports.ts'
import type { Config } from '../config/config.ts'
import { createClock } from '../kernel/clock.ts'
import {
  type Command,
  EXIT,
  type Given,
  JSON_OPTION,
  textOption,
  toJson,
  UsageError,
} from './command.ts'
import { requireService, withStore } from './store.ts'
import { SERVICE_OPTION } from './verification-options.ts'

const MAX_NAME_CHARACTERS = 100

function toWire({ id, name, service, scopes, createdAt, revokedAt }: ApiKeyRecord) {
  const time = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
  return { id, name, service, scopes, created_at: time(createdAt), revoked_at: time(revokedAt) }
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
  requireService(config, name)
  return name
}

function readName(given: Given): string {
  const name = given.text('name') ?? ''
  if (name.length > MAX_NAME_CHARACTERS || /\p{Cc}/u.test(name))
    throw new UsageError(`--name must be one line of at most ${MAX_NAME_CHARACTERS} characters`)
  return name
}

export const createKeyCommand: Command = {
  words: 'keys create',
  summary: 'Creates an API key. It is shown only once.',
  options: {
    service: textOption(
      '<name>',
      'The service it is for (default: the default service; with admin scopes alone, every service)',
    ),
    scope: {
      ...textOption('<scope>', `${SCOPES.join(', ')} (default: verify); may be repeated`),
      multiple: true,
    },
    name: textOption('<text>', 'What it is for, in your own words'),
    ...JSON_OPTION,
  },
  run(given, terminal) {
    const [scopes, name] = [readScopes(given), readName(given)]
    return withStore(terminal, async (store, config) => {
      const service = readService(given, scopes, config)
      const key = createApiKey({ service, name, scopes, nowMs: createClock().now() })
      await store.apiKeys.insert(key.record)
      if (given.flag('json')) {
        terminal.out(toJson({ ...toWire(key.record), key: key.text }))
        return EXIT.ok
      }
      terminal.err(
        `Key ${key.record.id} for ${service ?? 'every service'}, scope ${scopes.join(', ')}. It will not be shown again:\n`,
      )
      terminal.out(`${key.text}\n`)
      return EXIT.ok
    })
  },
}

function describeKey(record: ApiKeyRecord): string {
  const { id, name, service, scopes, created_at, revoked_at } = toWire(record)
  const state = revoked_at ? `revoked ${revoked_at}` : 'active'
  return `${[id, service ?? '(every service)', scopes.join(','), created_at, state, name].join('  ')}\n`
}

export const listKeysCommand: Command = {
  words: 'keys list',
  summary: 'Lists the keys created by command (not API_KEY and ADMIN_KEY of the settings).',
  options: { ...SERVICE_OPTION, ...JSON_OPTION },
  run: (given, terminal) =>
    withStore(terminal, async (store) => {
      const records = await store.apiKeys.list(given.text('service') ?? null)
      if (given.flag('json')) terminal.out(toJson(records.map(toWire)))
      else if (records.length === 0) terminal.err('No keys found.\n')
      else terminal.out(records.map(describeKey).join(''))
      return EXIT.ok
    }),
}

export const revokeKeyCommand: Command = {
  words: 'keys revoke',
  operands: ['id'],
  summary: 'Permanently revokes a key: it is refused from the next request on.',
  options: JSON_OPTION,
  run: (given, terminal) =>
    withStore(terminal, async (store) => {
      const [id = ''] = given.positionals
      if (!(await store.apiKeys.revoke(id, createClock().now()))) {
        terminal.err(`There is no key ${id}: see countersign keys list.\n`)
        return EXIT.failed
      }
      if (given.flag('json')) terminal.out(toJson({ id, revoked: true }))
      else terminal.err(`Key ${id} is revoked.\n`)
      return EXIT.ok
    }),
}
