// Which providers are configured: those of the registry for which a setting is given. None is known by name here.

import {
  type ProviderDescription,
  ProviderSettingError,
  type SettingValues,
} from '../delivery/provider-entry.ts'
import { CHANNELS, type Channel } from '../kernel/channel.ts'
import type { Reader } from './reader.ts'
import { ROUTE_SETTINGS } from './service-settings.ts'

export type ConfiguredProvider = {
  readonly name: string
  readonly channels: readonly Channel[]
  /** By the setting's name; defaults are filled in. */
  readonly values: Readonly<Record<string, string>>
}

/** A provider reads its values itself: its faults are reported with all the others. */
function check(entry: ProviderDescription, values: SettingValues, reader: Reader): void {
  try {
    entry.read(values)
  } catch (error) {
    if (!(error instanceof ProviderSettingError)) throw error
    for (const { setting, problem } of error.faults)
      if (!reader.isNoted(setting)) reader.note(setting, problem)
  }
}

function readProvider(entry: ProviderDescription, reader: Reader): ConfiguredProvider | undefined {
  const given = new Map<string, string>()
  for (const row of entry.settings) {
    const text = reader.text(row)
    if (text !== undefined) given.set(row.name, text)
  }
  // A provider whose only setting is wrong was meant to be there: what else it lacks is reported as well.
  const first = entry.settings.find(({ name }) => given.has(name) || reader.isNoted(name))?.name
  if (first === undefined) return undefined
  const pairs = entry.settings.flatMap(({ name, default: fallback, optional }) => {
    const value = given.get(name) ?? fallback
    if (value === undefined && !optional && !reader.isNoted(name))
      reader.note(name, `is missing: ${entry.name} needs it (${first} is given)`)
    return value === undefined ? [] : [[name, value] as const]
  })
  const values = Object.fromEntries(pairs)
  check(entry, values, reader)
  return { name: entry.name, channels: entry.channels, values }
}

export function readProviders(
  registry: readonly ProviderDescription[],
  reader: Reader,
): ConfiguredProvider[] {
  return registry.flatMap((entry) => readProvider(entry, reader) ?? [])
}

/** The order of a channel's providers, where a setting gives one. */
export type ConfiguredRoutes = { readonly [C in Channel]?: readonly string[] }

export function readRoutes(
  providers: readonly ConfiguredProvider[],
  reader: Reader,
): ConfiguredRoutes {
  const given = reader.read(ROUTE_SETTINGS)
  const routes: { [C in Channel]?: readonly string[] } = {}
  for (const channel of CHANNELS) {
    const order = given[channel]
    if (order === undefined) continue
    const able = providers.filter((entry) => entry.channels.includes(channel))
    const names = able.map((entry) => entry.name)
    const unknown = order.filter((name) => !names.includes(name))
    if (unknown.length > 0)
      reader.note(
        ROUTE_SETTINGS[channel].name,
        `${unknown.join(', ')} is not configured for ${channel} (configured: ${names.join(', ') || 'none'})`,
      )
    routes[channel] = order
  }
  return routes
}

/** The findings of `inspect` in the values of each configured provider. */
export function inspectProviders<T>(
  registry: readonly ProviderDescription[],
  providers: readonly ConfiguredProvider[],
  inspect: (entry: ProviderDescription, values: SettingValues) => readonly T[] | undefined,
): T[] {
  return providers.flatMap(({ name, channels, values }) => {
    const entry = registry.find((one) => one.name === name && one.channels[0] === channels[0])
    return entry ? (inspect(entry, values) ?? []) : []
  })
}
