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

/** The common beginning of its own settings: `TWILIO`; undefined: they have none, and there is one account. */
export function prefixOf({ settings }: Pick<ProviderDescription, 'settings'>): string | undefined {
  const [first = [], ...others] = settings
    .filter(({ shared }) => !shared)
    .map(({ name }) => name.split('_').slice(0, -1))
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
    ...accountsIn(entry, names).map((account) => describeAccount(entry, account)),
  ])
}

/** In order of their names. */
function accountsIn(entry: ProviderDescription, names: readonly string[]): string[] {
  const prefix = prefixOf(entry)
  if (prefix === undefined) return []
  const ends = entry.settings
    .filter(({ shared }) => !shared)
    .map(({ name }) => name.slice(prefix.length + 1))
  const own = new RegExp(`^${prefix}__([A-Z0-9]+(?:_[A-Z0-9]+)*?)_(?:${ends.join('|')})(?:_FILE)?$`)
  const found = names.flatMap((name) => own.exec(name)?.[1]?.toLowerCase() ?? [])
  return [...new Set(found)].sort()
}
