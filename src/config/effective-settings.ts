// The settings in force, for people: names, values and where they come from.
// It must not hold a secret's text.

import { splitName } from '../delivery/provider-account.ts'
import type { ProviderDescription } from '../delivery/provider-entry.ts'
import type { ShownSetting } from '../kernel/shown-setting.ts'
import { describeServer } from './database-url.ts'
import type { Reader } from './reader.ts'
import { documentationOf, providerTitle, SETTING_GROUPS } from './setting-groups.ts'

/** Of settings of all kinds. */
type Row = {
  readonly name: string
  readonly description: string
  readonly fallback?: string | null
  readonly default?: string
  readonly shown?: string
  readonly secret?: boolean | 'password'
  readonly hidden?: boolean
  readonly free?: true
}

/** A URL without user, password, query and fragment. */
export function withoutPassword(text: string): string | null {
  if (text.startsWith('file:')) return text
  if (/^postgres(ql)?:/.test(text)) return describeServer(text)
  if (!URL.canParse(text)) return null
  const { protocol, host, pathname } = new URL(text)
  return `${protocol}//${host}${pathname}`
}

function shownValue(row: Row, text: string): string | null {
  if (row.secret === 'password') return withoutPassword(text)
  return row.secret || row.hidden ? null : text // mutant: C30.settings-masked
}

/** Once everything was read and found valid. */
export function listInForce(
  reader: Pick<Reader, 'text' | 'origin'>,
  group: Pick<ShownSetting, 'group' | 'documentation'>,
  rows: readonly Row[],
): ShownSetting[] {
  return rows.map((row) => {
    const { name, description } = row
    const about = { ...group, name, description }
    const text = reader.text(row)
    if (text !== undefined)
      return { ...about, value: shownValue(row, text), origin: reader.origin(name) }
    const fallback = row.shown?.replaceAll('`', '') ?? row.fallback ?? row.default
    if (fallback === undefined) return { ...about, value: null, origin: 'unset' }
    return { ...about, value: fallback, origin: 'default' }
  })
}

/** Where they are not given, development creates them and keeps them in DATA_DIR. */
const CREATED_IN_DEVELOPMENT: readonly string[] = ['SECRET_KEY', 'API_KEY', 'ADMIN_KEY']

export function listEffective(
  reader: Reader,
  mode: 'development' | 'production',
  providers: readonly ProviderDescription[],
): ShownSetting[] {
  const groups: [title: string, documented: string, rows: readonly Row[]][] = [
    ...SETTING_GROUPS.map(({ title, rows }): (typeof groups)[number] => [title, title, rows]),
    ...providers.map((entry): (typeof groups)[number] => [
      providerTitle(entry),
      // A further account has the headings of the first.
      providerTitle({ ...entry, name: splitName(entry.name).base }),
      entry.settings,
    ]),
  ]
  // Once, although several entries may read it.
  const seen = new Set<string>()
  const list = groups.flatMap(([group, documented, rows]) => {
    const own = rows.filter(({ name }) => !seen.has(name))
    for (const { name } of own) seen.add(name)
    return listInForce(reader, { group, documentation: documentationOf(documented) }, own)
  })
  return list.map((one) => {
    const isCreated = one.origin === 'unset' && CREATED_IN_DEVELOPMENT.includes(one.name)
    return mode === 'development' && isCreated ? { ...one, origin: 'made' } : one
  })
}
