// countersign keys create, list and revoke: API keys, in the service's own store.
// It must not show a key's text except once, when it is created.

import { isOfLogin, SCOPES, type Scope } from '../access/ports.ts'
import type { Config } from '../config/config.ts'
import { endOfDay } from '../kernel/end-of-day.ts'
import type { AdminContext } from './admin-context.ts'
import {
  type Command,
  EXIT,
  type Given,
  JSON_OPTION,
  type Terminal,
  textOption,
  toJson,
  UsageError,
} from './command.ts'
import { requireService } from './store.ts'
import { SERVICE_OPTION } from './verification-options.ts'

async function withKeys(terminal: Terminal, job: (context: AdminContext) => Promise<number>) {
  const { withAdmin } = await import('./admin-context.ts')
  return withAdmin(terminal, job)
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
  if (name === undefined) return isOfLogin(scopes) ? config.defaultService : null
  requireService(config, name)
  return name
}

/** A day is counted in whole: until its end, UTC. @throws UsageError */
function readEnd(given: Given): number | null {
  const text = given.text('expires')
  if (text === undefined) return null
  const at = endOfDay(text)
  if (at === undefined)
    throw new UsageError(`--expires must be a day like 2027-06-30: "${text}" is none`)
  return at
}

const OPTION_OF = {
  name: '--name',
  service: '--service',
  scopes: '--scope',
  expiresAt: '--expires',
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
    expires: textOption(
      '<day>',
      'The last day on which it works (2027-06-30, UTC; default: no end)',
    ),
    ...JSON_OPTION,
  },
  run(given, terminal) {
    const [scopes, expiresAt, name] = [readScopes(given), readEnd(given), given.text('name') ?? '']
    return withKeys(terminal, async ({ keys, admin, config, wire }) => {
      const service = readService(given, scopes, config)
      const key = await keys.create(admin, { service, name, scopes, expiresAt })
      if ('fault' in key) throw new UsageError(`${OPTION_OF[key.fault.field]} ${key.fault.detail}`)
      if (given.flag('json')) {
        terminal.out(toJson({ ...wire.key(key.record), key: key.text }))
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

function describeKey(key: ReturnType<AdminContext['wire']['key']>): string {
  const { id, name, service, scopes, state, ...times } = key
  const until = times.expires_at === null ? '' : ` until ${times.expires_at}`
  const words = { active: `active${until}`, ended: `ended ${times.expires_at}` }
  const standing = state === 'revoked' ? `revoked ${times.revoked_at}` : words[state]
  const used = times.last_used_at === null ? 'never used' : `used ${times.last_used_at}`
  const cells = [id, service ?? '(every service)', scopes.join(','), times.created_at, standing]
  return `${[...cells, used, name].join('  ')}\n`
}

export const listKeysCommand: Command = {
  words: 'keys list',
  summary: 'Lists the keys that were created (not API_KEY and ADMIN_KEY of the settings).',
  options: { ...SERVICE_OPTION, ...JSON_OPTION },
  run: (given, terminal) =>
    withKeys(terminal, async ({ keys, wire }) => {
      const records = await keys.list({ service: given.text('service') ?? null })
      if (given.flag('json')) terminal.out(toJson(records.map(wire.key)))
      else if (records.length === 0) terminal.err('No keys found.\n')
      else terminal.out(records.map((one) => describeKey(wire.key(one))).join(''))
      return EXIT.ok
    }),
}

export const revokeKeyCommand: Command = {
  words: 'keys revoke',
  operands: ['id'],
  summary: 'Permanently revokes a key: it is refused from the next request on.',
  options: JSON_OPTION,
  run: (given, terminal) =>
    withKeys(terminal, async ({ keys, admin }) => {
      const [id = ''] = given.positionals
      if (!(await keys.revoke(admin, id))) {
        terminal.err(`There is no key ${id}: see countersign keys list.\n`)
        return EXIT.failed
      }
      if (given.flag('json')) terminal.out(toJson({ id, revoked: true }))
      else terminal.err(`Key ${id} is revoked.\n`)
      return EXIT.ok
    }),
}
