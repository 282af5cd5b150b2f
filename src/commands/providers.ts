// countersign providers: which there are, for which channels, which are configured, and what the others lack.
// It must not send anything, nor show a value of a setting.

import { EXIT_CONFIG } from '../config/config.ts'
import type { ListedProvider } from '../config/listed-providers.ts'
import { type Command, EXIT, JSON_OPTION, toJson } from './command.ts'

const STATES = {
  configured: 'configured',
  incomplete: 'incomplete',
  unconfigured: 'not set up',
} satisfies Record<ListedProvider['state'], string>

function toRow({ name, channels, state, problems, required }: ListedProvider): string[] {
  const needs = state === 'unconfigured' ? [`needs ${required.join(', ')}`] : []
  return [name, channels.join(', '), STATES[state], [...problems, ...needs].join('; ')]
}

export const providersCommand: Command = {
  words: 'providers',
  summary: 'Lists the providers: their channels, whether they are configured, and what is missing.',
  options: JSON_OPTION,
  notes: `It also works where the settings as a whole are invalid, and asks no provider: doctor
does, and providers test sends a message. A further account of a provider is set by names
with two underscores: TWILIO__EU_ACCOUNT_SID and the like make the provider twilio:eu.
Exit codes: 0, or 78 if a provider’s settings are incomplete or wrong.`,
  async run(given, terminal) {
    const { listProviders } = await import('../config/listed-providers.ts')
    const { readSettingsFile } = await import('../config/load.ts')
    const { PROVIDERS } = await import('../delivery/registry.ts')
    const { alignRows, plain } = await import('./table.ts')
    const providers = listProviders(terminal.env, readSettingsFile, PROVIDERS)
    const rows = providers.map((one) => toRow(one).map((cell) => plain(cell)))
    terminal.out(given.flag('json') ? toJson({ providers }) : alignRows(rows))
    const isIncomplete = providers.some(({ state }) => state === 'incomplete')
    return isIncomplete ? EXIT_CONFIG : EXIT.ok // mutant: C71.listed-exit-78
  },
}
