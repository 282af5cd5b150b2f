// The settings as they are in force, for people: names, values and where they come from.
// It must not hold a secret's text: that never gets in.

import type { ShownSetting } from '../kernel/shown-setting.ts'
import { describeServer } from './database-url.ts'
import type { Reader } from './reader.ts'

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

/** Of a URL all but user, password, query and fragment. */
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

/** After everything was read and found right. */
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

/** In development the keys that were not given are made, and kept in DATA_DIR. */
export function asMade(setting: ShownSetting, names: readonly string[]): ShownSetting {
  return setting.origin === 'unset' && names.includes(setting.name)
    ? { ...setting, origin: 'made' }
    : setting
}
