// Which providers are configured: those of the registry for which a setting was given.
// It must not make a provider (compose.ts does) and must not know any of them by name.

import {
  ProviderSettingError,
  ProviderSettingsError,
  type SettingValues,
  type Transport,
} from '../delivery/setting-values.ts'
import { CHANNELS, type Channel } from '../kernel/channel.ts'
import type { Reader } from './reader.ts'
import { ROUTE_SETTINGS } from './service-settings.ts'

/** What config needs to know of a provider: the registry's entries have this shape. */
export type ProviderDescription = {
  readonly name: string
  readonly channels: readonly Channel[]
  readonly settings: readonly ProviderSetting[]
  /** @throws ProviderSettingError or ProviderSettingsError for values that the provider cannot use */
  read(values: SettingValues): unknown
  /** Of values that `read` takes: right, but worth a thought. */
  warnings?(values: SettingValues): readonly string[]
  /** Of values that `read` takes: what a message goes over. */
  transports?(values: SettingValues): readonly Transport[]
}
export type ProviderSetting = {
  readonly name: string
  readonly description: string
  readonly secret?: boolean
  /** May hold one: a template of the operator's own. */
  readonly hidden?: boolean
  /** May hold quotes, # and several lines: JSON, a template. */
  readonly free?: true
  /** Absent and not `optional`: required as soon as the provider is configured. */
  readonly default?: string
  readonly optional?: boolean
}

export type ConfiguredProvider = {
  readonly name: string
  readonly channels: readonly Channel[]
  /** By the setting's name; defaults are filled in. */
  readonly values: Readonly<Record<string, string>>
}

/** A provider's own reading of its values, so that its faults are told with all the others. */
function check(entry: ProviderDescription, values: SettingValues, reader: Reader): void {
  try {
    entry.read(values)
  } catch (error) {
    const faults = error instanceof ProviderSettingsError ? error.faults : [error]
    for (const fault of faults) {
      if (!(fault instanceof ProviderSettingError)) throw error
      if (!reader.isNoted(fault.setting))
        reader.note(fault.setting, fault.message.slice(`${fault.setting}: `.length))
    }
  }
}

function readProvider(entry: ProviderDescription, reader: Reader): ConfiguredProvider | undefined {
  const given = new Map<string, string>()
  for (const row of entry.settings) {
    const text = reader.text(row)
    if (text !== undefined) given.set(row.name, text)
  }
  // One whose only setting is wrong was meant to be there: what else it lacks is said, too.
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

/** The order of providers of a channel, where one was said. */
export type SaidRoutes = { readonly [C in Channel]?: readonly string[] }

export function readRoutes(providers: readonly ConfiguredProvider[], reader: Reader): SaidRoutes {
  const said = reader.read(ROUTE_SETTINGS)
  const routes: { [C in Channel]?: readonly string[] } = {}
  for (const channel of CHANNELS) {
    const order = said[channel]
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

/** What `look` finds in the values of each that is configured. */
export function lookAtProviders<T>(
  registry: readonly ProviderDescription[],
  providers: readonly ConfiguredProvider[],
  look: (entry: ProviderDescription, values: SettingValues) => readonly T[] | undefined,
): T[] {
  return providers.flatMap(({ name, channels, values }) => {
    const entry = registry.find((one) => one.name === name && one.channels[0] === channels[0])
    return entry ? (look(entry, values) ?? []) : []
  })
}
