// Which providers are configured: those of the registry for which a setting is given. None is known by name here.

import {
  type ProviderDescription,
  ProviderSettingError,
  type SettingValues,
} from '../delivery/provider-entry.ts'
import type { ChannelRoutes } from '../delivery/routes/routes.ts'
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

type Given = ReadonlyMap<string, string>

/** Each once, although several providers may share it: a fault of it is reported once. */
function readGiven(registry: readonly ProviderDescription[], reader: Reader): Given {
  const rows = new Map(registry.flatMap(({ settings }) => settings.map((row) => [row.name, row])))
  const pairs = [...rows.values()].flatMap((row) => {
    const text = reader.text(row)
    return text === undefined ? [] : [[row.name, text] as const]
  })
  return new Map(pairs)
}

/** Undefined: it is not meant to be there. What entries of one name have in common means the first, where none is meant by its own. */
function firstGiven(
  entry: ProviderDescription,
  registry: readonly ProviderDescription[],
  isGiven: (name: string) => boolean,
): string | undefined {
  const ownOf = ({ settings }: ProviderDescription) =>
    settings.find(({ name, shared, common }) => !shared && !common && isGiven(name))?.name // mutant: C69.shared-setting-configures-none
  const own = ownOf(entry)
  const family = registry.filter(({ name }) => name === entry.name)
  if (own !== undefined || family[0] !== entry || family.some(ownOf)) return own
  return entry.settings.find(({ name, common }) => common && isGiven(name))?.name
}

function readProvider(
  entry: ProviderDescription,
  first: string | undefined,
  given: Given,
  reader: Reader,
): ConfiguredProvider | undefined {
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
  const given = readGiven(registry, reader)
  // A provider whose only setting is wrong was meant to be there: what else it lacks is reported as well.
  const isGiven = (name: string) => given.has(name) || reader.isNoted(name)
  const firsts = registry.map((entry) => firstGiven(entry, registry, isGiven))
  const configured = registry.flatMap(
    (entry, place) => readProvider(entry, firsts[place], given, reader) ?? [],
  )
  noteUnusedShared(registry, given, configured, reader)
  return configured
}

/** A sender without anything that sends from it: what was meant must not be guessed. */
function noteUnusedShared(
  registry: readonly ProviderDescription[],
  given: Given,
  configured: readonly ConfiguredProvider[],
  reader: Reader,
): void {
  const names = registry.flatMap(({ settings }) =>
    settings.filter(({ name, shared }) => shared && given.has(name)).map(({ name }) => name),
  )
  for (const name of new Set(names)) {
    if (configured.some(({ values }) => name in values)) continue // mutant: C69.unused-shared-setting
    const readers = registry.filter(({ settings }) => settings.some((row) => row.name === name))
    const list = readers.map((entry) => `${entry.name} (${entry.settings[0]?.name})`).join(', ')
    reader.note(name, `is given, but none of the providers that read it: ${list}`)
  }
}

/** Where a setting gives some. */
export type ConfiguredRoutes = { readonly [C in Channel]?: ChannelRoutes }

/** By channel the names of the providers that serve it. */
export type Carriers = Readonly<Record<Channel, readonly string[]>>

export function carriersOf(providers: readonly ConfiguredProvider[]): Carriers {
  const of = (channel: Channel) =>
    providers.filter(({ channels }) => channels.includes(channel)).map(({ name }) => name)
  return Object.fromEntries(CHANNELS.map((channel) => [channel, of(channel)])) as Record<
    Channel,
    string[]
  >
}

/** What is wrong with a route that can be read; undefined: nothing. */
export function describeRoute(
  routes: ChannelRoutes,
  channel: Channel,
  carriers: Carriers,
): string | undefined {
  const able = carriers[channel]
  const names = routes.flatMap(({ providers }) => providers.map(({ name }) => name))
  const unknown = [...new Set(names)].filter((name) => !able.includes(name)) // mutant: C53.unknown-provider-refused
  if (unknown.length > 0)
    return `${unknown.join(', ')} is not configured for ${channel} (configured: ${able.join(', ') || 'none'})`
  // Else a message to anywhere else would fail once it is due.
  if (!routes.some(({ isDefault }) => isDefault)) return 'has no default: add `default -> …`' // mutant: C53.default-demanded
  return undefined
}

export function readRoutes(
  providers: readonly ConfiguredProvider[],
  reader: Reader,
): ConfiguredRoutes {
  const given = reader.read(ROUTE_SETTINGS)
  const carriers = carriersOf(providers)
  const routes: { [C in Channel]?: ChannelRoutes } = {}
  for (const channel of CHANNELS) {
    const read = given[channel]
    if (read === undefined) continue
    const problem = describeRoute(read, channel, carriers)
    if (problem !== undefined) reader.note(ROUTE_SETTINGS[channel].name, problem)
    routes[channel] = read
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
