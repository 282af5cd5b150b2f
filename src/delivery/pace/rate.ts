// How many messages a provider takes in a time: `<PROVIDER>_RATE=10/s`, of each of its accounts.
// It must not count anything: pace.ts does.

import type { Rate } from '../ports.ts'
import { channelPrefixOf } from '../provider-account.ts'
import { type ProviderDescription, readEach, type SettingValues, wrong } from '../provider-entry.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1_000, min: 60_000 }
const RATE = /^\s*(\d{1,4})\s*\/\s*(s|min)\s*$/

const beginningOf = (entry: ProviderDescription) =>
  channelPrefixOf(entry) ?? entry.name.toUpperCase()

function readRate(setting: string, text: string): Pick<Rate, 'messages' | 'perMs'> {
  const [, count, unit = ''] = RATE.exec(text) ?? []
  const messages = Number(count)
  if (!(messages > 0)) throw wrong(setting, 'is not like 10/s or 600/min (from 1 to 9999)')
  return { messages, perMs: UNITS[unit] ?? 0 }
}

/** Null: it has none. @param values by the names that the entry itself knows @param account of it, where it has several */
export function rateOf(
  entry: ProviderDescription,
  account: string | undefined,
  values: SettingValues,
): Rate | null {
  const setting = `${beginningOf(entry)}_RATE`
  const text = values[setting]
  if (text === undefined) return null
  const own = beginningOf(entry).toLowerCase()
  const key = account === undefined ? own : `${own}:${account}`
  return { key, ...readRate(setting, text) }
}

/** The entry with the setting, which alone configures nothing. */
export function withRate<Entry extends ProviderDescription>(entry: Entry): Entry {
  const name = `${beginningOf(entry)}_RATE`
  const setting = {
    name,
    description:
      'At most this many messages, by all nodes together: `10/s` or `600/min`. Others wait for their turn',
    optional: true,
    shared: true,
  } as const
  return {
    ...entry,
    settings: [...entry.settings, setting],
    read: (values: SettingValues) =>
      readEach({ own: () => entry.read(values), rate: () => rateOf(entry, undefined, values) }).own,
  }
}
