// Several accounts of one provider: `TWILIO__EU_ACCOUNT_SID` and the like make the provider `twilio:eu`.
// It must not read the environment, nor know a provider by name.

import {
  type ProviderDescription,
  ProviderSettingError,
  type SettingValues,
} from './provider-entry.ts'

/** `twilio:eu` is twilio's account eu; `twilio` has none. */
export function splitName(name: string): { base: string; account: string | undefined } {
  const [base = '', account] = name.split(':')
  return { base, account }
}

type Described = Pick<ProviderDescription, 'settings'>

/** The common beginning of its own settings: `TWILIO`; undefined: they have none, and there is one account. */
export function prefixOf({ settings }: Described): string | undefined {
  return beginningOf(settings.filter(({ shared }) => !shared))
}

/** Of those that it does not have in common with its account's other channels: `TWILIO_VOICE`. */
export function channelPrefixOf({ settings }: Described): string | undefined {
  return beginningOf(settings.filter(({ shared, common }) => !shared && !common))
}

function beginningOf(settings: readonly { name: string }[]): string | undefined {
  const [first = [], ...others] = settings.map(({ name }) => name.split('_').slice(0, -1))
  const same = first.findIndex((word, i) => others.some((words) => words[i] !== word))
  const words = same === -1 ? first : first.slice(0, same)
  return words.length > 0 ? words.join('_') : undefined
}

/** Names of its settings, in whatever text. */
function createRename(entry: ProviderDescription, account: string): (text: string) => string {
  const prefix = prefixOf(entry)
  if (prefix === undefined) throw new Error(`${entry.name} has one account`)
  const own = new RegExp(`(?<![A-Z0-9_])${prefix}_(?!_)`, 'g')
  return (text) => text.replaceAll(own, `${prefix}__${account.toUpperCase()}_`)
}

/** Values by the names that the entry itself knows. */
export function valuesOfAccount(
  entry: ProviderDescription,
  account: string,
  values: SettingValues,
): SettingValues {
  const rename = createRename(entry, account)
  const pairs = entry.settings.flatMap(({ name }) => {
    const value = values[rename(name)]
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(pairs)
}

function withTemplate(
  { toTemplate }: ProviderDescription,
  own: (values: SettingValues) => SettingValues,
): Pick<ProviderDescription, 'toTemplate'> {
  return toTemplate ? { toTemplate: (values, message) => toTemplate(own(values), message) } : {}
}

/** The entry as a further account: with the names of its settings, in its faults and warnings, too. */
function describeAccount(entry: ProviderDescription, account: string): ProviderDescription {
  const rename = createRename(entry, account)
  const own = (values: SettingValues) => valuesOfAccount(entry, account, values)
  return {
    ...entry,
    name: `${entry.name}:${account}`,
    settings: entry.settings.map((row) => ({ ...row, name: rename(row.name) })),
    read(values) {
      try {
        return entry.read(own(values))
      } catch (error) {
        if (!(error instanceof ProviderSettingError)) throw error
        throw new ProviderSettingError(
          error.faults.map(({ setting, problem }) => ({
            setting: rename(setting),
            problem: rename(problem),
          })),
        )
      }
    },
    warnings: (values) => (entry.warnings?.(own(values)) ?? []).map(rename),
    ...withTemplate(entry, own),
    transports: (values) =>
      (entry.transports?.(own(values)) ?? []).map((one) => ({
        ...one,
        setting: rename(one.setting),
      })),
  }
}

/** Each entry, and after it the accounts that the names of settings speak of. */
export function withAccounts(
  registry: readonly ProviderDescription[],
  names: readonly string[],
): ProviderDescription[] {
  return registry.flatMap((entry) => [
    entry,
    ...accountsIn(entry, registry, names).map((account) => describeAccount(entry, account)),
  ])
}

/** In order of their names. `TWILIO__EU_VOICE_FROM` is of the account `eu`, not of an account `eu_voice` that has a `FROM`. */
function accountsIn(
  entry: ProviderDescription,
  registry: readonly ProviderDescription[],
  names: readonly string[],
): string[] {
  const prefix = prefixOf(entry)
  if (prefix === undefined) return []
  const endsOf = ({ settings }: ProviderDescription) =>
    settings.filter(({ shared }) => !shared).map(({ name }) => name.slice(prefix.length + 1))
  const ends = registry.filter((one) => prefixOf(one) === prefix).flatMap(endsOf)
  const any = new RegExp(`^${prefix}__([A-Z0-9]+(?:_[A-Z0-9]+)*?)_(${ends.join('|')})(?:_FILE)?$`)
  const own = new Set(endsOf(entry))
  const found = names.flatMap((name) => {
    const [, account, end = ''] = any.exec(name) ?? []
    return account !== undefined && own.has(end) ? [account.toLowerCase()] : []
  })
  return [...new Set(found)].sort()
}
