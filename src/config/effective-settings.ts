// The settings in force, for people: names, values and where they come from.
// It must not hold a secret's text.

import type { ProviderDescription } from '../delivery/provider-entry.ts'
import type { ShownSetting } from '../kernel/shown-setting.ts'
import { AUDIT_SETTINGS } from './audit.ts'
import { describeServer } from './database-url.ts'
import { OIDC_SETTINGS } from './oidc.ts'
import { PRICE_SETTINGS } from './prices.ts'
import type { Reader } from './reader.ts'
import { LIMIT_SETTINGS, ROUTE_SETTINGS, SERVICE_SETTINGS } from './service-settings.ts'
import { SERVER_SETTINGS } from './settings.ts'
import { WEBHOOK_SETTINGS } from './webhooks.ts'

/** Of settings of all kinds. */
type Row = {
  readonly name: string
  readonly fallback?: string | null
  readonly default?: string
  readonly shown?: string
  readonly secret?: boolean | 'password'
  readonly hidden?: boolean
  readonly free?: true
}

/** A URL without user, password, query and fragment. */
function withoutPassword(text: string): string | null {
  if (text.startsWith('file:')) return text
  if (/^postgres(ql)?:/.test(text)) return describeServer(text)
  if (!URL.canParse(text)) return null
  const { protocol, host, pathname } = new URL(text)
  return `${protocol}//${host}${pathname}`
}

function shownValue(row: Row, text: string): string | null {
  if (row.secret === 'password') return withoutPassword(text)
  return row.secret || row.hidden ? null : text
}

/** Once everything was read and found valid. */
export function listInForce(
  reader: Pick<Reader, 'text' | 'origin'>,
  group: string,
  rows: readonly Row[],
): ShownSetting[] {
  return rows.map((row) => {
    const { name } = row
    const text = reader.text(row)
    if (text !== undefined)
      return { group, name, value: shownValue(row, text), origin: reader.origin(name) }
    const fallback = row.shown?.replaceAll('`', '') ?? row.fallback ?? row.default
    if (fallback === undefined) return { group, name, value: null, origin: 'unset' }
    return { group, name, value: fallback, origin: 'default' }
  })
}

/** Where they are not given, development creates them and keeps them in DATA_DIR. */
const CREATED_IN_DEVELOPMENT: readonly string[] = ['SECRET_KEY', 'API_KEY', 'ADMIN_KEY']

export function listEffective(
  reader: Reader,
  mode: 'development' | 'production',
  providers: readonly ProviderDescription[],
): ShownSetting[] {
  // Once, although several entries may read it.
  const rows = new Map(providers.flatMap((entry) => entry.settings.map((row) => [row.name, row])))
  const groups: [string, readonly Row[]][] = [
    ['The process', Object.values(SERVER_SETTINGS)],
    ['The default service', Object.values(SERVICE_SETTINGS)],
    ['Limits', Object.values(LIMIT_SETTINGS)],
    ['Providers', [...rows.values()]],
    ['Routes', Object.values(ROUTE_SETTINGS)],
    ['Webhooks', Object.values(WEBHOOK_SETTINGS)],
    ['Audit', Object.values(AUDIT_SETTINGS)],
    ['Costs', Object.values(PRICE_SETTINGS)],
    ['Sign-in to the console', Object.values(OIDC_SETTINGS)],
  ]
  const list = groups.flatMap(([group, rows]) => listInForce(reader, group, rows))
  return list.map((one) => {
    const isCreated = one.origin === 'unset' && CREATED_IN_DEVELOPMENT.includes(one.name)
    return mode === 'development' && isCreated ? { ...one, origin: 'made' } : one
  })
}
