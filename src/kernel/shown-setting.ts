// A setting in force, as people are shown it: in the console, under /admin/api, by a command.
// It must not hold a secret.

export const ORIGINS = ['environment', 'file', 'services', 'default', 'made', 'unset'] as const
type Origin = (typeof ORIGINS)[number]

export const ORIGIN_WORDS: Readonly<Record<Origin, string>> = {
  environment: 'environment',
  file: 'file',
  services: 'SERVICES_FILE',
  default: 'default',
  made: 'generated here',
  unset: 'not set',
}

/** `value` null: a secret, set or not as `origin` says. */
export type ShownSetting = {
  group: string
  name: string
  value: string | null
  /** `services`: the service's own entry in SERVICES_FILE. */
  origin: Origin
  description: string
  /** A page of the documentation, and the heading in it. */
  documentation: string
}

export const isSet = ({ origin }: ShownSetting) => origin !== 'default' && origin !== 'unset'
