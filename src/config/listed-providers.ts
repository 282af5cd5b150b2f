// Every provider there is: configured, begun, or not, and what each lacks. Also where the settings as a whole are invalid.
// It must not show a value: some are secrets.

import { withAccounts } from '../delivery/provider-account.ts'
import type { ProviderDescription } from '../delivery/provider-entry.ts'
import type { Channel } from '../kernel/channel.ts'
import { readProviders } from './providers.ts'
import { createReader, type Environment } from './reader.ts'

export type ListedProvider = {
  name: string
  channels: readonly Channel[]
  /** `incomplete`: some of its settings are given, and others missing or wrong. */
  state: 'configured' | 'incomplete' | 'unconfigured'
  /** `NAME: what is wrong and what to do`. */
  problems: readonly string[]
  /** Names of the settings that it cannot do without. */
  required: readonly string[]
}

/** @param readFile as node:fs readFileSync, for NAME_FILE */
export function listProviders(
  env: Environment,
  readFile: (path: string) => string,
  all: readonly ProviderDescription[],
): ListedProvider[] {
  const registry = withAccounts(all, Object.keys(env))
  const reader = createReader(env, readFile)
  const configured = readProviders(registry, reader)
  const problems = reader.problems()
  return registry.map(({ name, channels, settings }) => {
    const isBegun = configured.some((one) => one.name === name && one.channels[0] === channels[0])
    const isOwn = (problem: string) => settings.some((row) => problem.startsWith(`${row.name}:`))
    const own = isBegun ? problems.filter(isOwn) : []
    const given = own.length > 0 ? 'incomplete' : 'configured' // mutant: C71.listed-incomplete
    const required = settings.filter((row) => row.default === undefined && !row.optional)
    return {
      name,
      channels,
      state: isBegun ? given : 'unconfigured',
      problems: own,
      required: required.map((row) => row.name),
    }
  })
}
