// countersign settings: the settings in force, each with where it comes from; or those of one service.
// It must not show a secret, nor open the store.

import { EXIT_CONFIG } from '../config/config.ts'
import { isSet, ORIGIN_WORDS, type ShownSetting } from '../kernel/shown-setting.ts'
import { type Command, EXIT, flagOption, JSON_OPTION, toJson } from './command.ts'
import { requireService } from './store.ts'
import { SERVICE_OPTION } from './verification-options.ts'

function shownValue({ value, origin }: ShownSetting): string {
  if (origin === 'unset') return '–'
  return value ?? '(hidden)'
}

export const settingsCommand: Command = {
  words: 'settings',
  summary: 'Lists the settings in force and where each comes from; secrets are hidden.',
  options: {
    ...SERVICE_OPTION,
    all: flagOption('Also those that nobody set'),
    ...JSON_OPTION,
  },
  notes: `As this command's own environment has them: run it with the service's. With --service
those of one service, by its entry in SERVICES_FILE or by the settings. With --json all
of them, each with its meaning and the place of its documentation.
Exit codes: 0, or 78 if the settings are invalid.`,
  async run(given, terminal) {
    const { loadSettings } = await import('../config/load.ts')
    const { showService } = await import('../config/shown-service.ts')
    const { toWireSetting } = await import('../http/schemas/settings.ts')
    const { alignRows, plain } = await import('./table.ts')
    const loaded = loadSettings(terminal.env, { isCommand: true })
    if (!loaded.ok) {
      terminal.err(`countersign: ${loaded.message}\n`)
      return EXIT_CONFIG
    }
    const { config } = loaded
    const service = given.text('service')
    if (service !== undefined) requireService(config, service)
    const settings = service === undefined ? config.inForce : (showService(config, service) ?? [])
    if (given.flag('json')) {
      terminal.out(toJson({ settings: settings.map(toWireSetting) }))
      return EXIT.ok
    }
    const isWhole = service !== undefined || given.flag('all')
    const rows = settings.filter((one) => isWhole || isSet(one))
    terminal.out(
      alignRows(
        rows.map((one) => [one.name, plain(shownValue(one), 80), ORIGIN_WORDS[one.origin]]),
      ),
    )
    return EXIT.ok
  },
}
